package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.message.ContentSource;
import io.github.pecmailproxy.message.InvalidValueException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the host supplies, and tells the host's trouble from ours: whatever its stream throws becomes an error that names the
 * field. Not thread-safe.
 */
final class HostStream implements Closeable {
    private final String field;
    private final InputStream in;

    private HostStream(String field, InputStream in) {
        this.field = field;
        this.in = in;
    }

    static HostStream open(String field, ContentSource source) {
        @Nullable InputStream opened;
        try {
            opened = source.open();
        } catch (IOException | RuntimeException failed) {
            throw unreadable(field, failed);
        }
        if (opened == null) {
            throw new InvalidValueException(field, "cannot be read: its source supplies no stream");
        }
        return new HostStream(field, opened);
    }

    /** Reads at least one byte; a negative number at the end. */
    int read(byte[] buffer) {
        try {
            int count = in.read(buffer);
            if (count != 0) {
                return count;
            }
            // A stream must not give nothing; one that does is asked for a single byte, lest it be asked for ever.
            int single = in.read();
            if (single < 0) {
                return -1;
            }
            buffer[0] = (byte) single;
            return 1;
        } catch (IOException | RuntimeException failed) {
            throw unreadable(field, failed);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException | RuntimeException failed) {
            throw unreadable(field, failed);
        }
    }

    private static InvalidValueException unreadable(String field, Exception failed) {
        String message = failed.getMessage();
        InvalidValueException invalid = new InvalidValueException(
                field,
                "cannot be read: " + failed.getClass().getSimpleName()
                        + (message == null ? "" : " " + InvalidValueException.quote(message)));
        invalid.initCause(failed);
        return invalid;
    }
}
