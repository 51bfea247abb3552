package io.github.pecmailproxy.classifier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The mails of an mbox file (RFC 4155), one after the other: each begins behind a line that starts with {@code From } after a
 * blank line, and has lost one {@code >} before lines that look like one. Nothing but a buffer is held in memory, however long a mail or
 * one of its lines is. Not thread-safe.
 */
final class Mailbox {
    private static final byte[] SEPARATOR = "From ".getBytes(StandardCharsets.US_ASCII);
    private static final int BUFFER = 1 << 16;

    private final InputStream stream;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private boolean streamEnded;
    private @Nullable Mail current;

    Mailbox(InputStream stream) {
        this.stream = stream;
    }

    /**
     * Returns the next mail, which may be empty; null at the end. What was not read of the one before is passed over: its stream must not
     * be read any more.
     */
    @Nullable
    InputStream next() throws IOException {
        if (current != null) {
            current.skipRest();
        }
        if (isAtEnd()) {
            return null;
        }
        skipLine(); // The separator.
        current = new Mail();
        return current;
    }

    private boolean isAtEnd() throws IOException {
        if (position == limit) {
            fill();
        }
        return position == limit;
    }

    /** Makes more bytes available behind those that are, as long as there are any and room for them. */
    private void fill() throws IOException {
        if (streamEnded) {
            return;
        }
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        limit -= position;
        position = 0;
        while (!streamEnded && limit < buffer.length) {
            int read = stream.read(buffer, limit, buffer.length - limit);
            streamEnded = read < 0;
            limit += Math.max(read, 0);
        }
    }

    private void skipLine() throws IOException {
        while (!isAtEnd()) {
            if (buffer[position++] == '\n') {
                return;
            }
        }
    }

    private boolean isSeparatorAt(int from) {
        return limit - from >= SEPARATOR.length
                && Arrays.equals(buffer, from, from + SEPARATOR.length, SEPARATOR, 0, SEPARATOR.length);
    }

    /** One mail of the file. */
    private final class Mail extends InputStream {
        private boolean lineStart = true;
        private boolean over;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            if (lineStart && !over) {
                startLine();
            }
            over |= isAtEnd();
            if (over) {
                return -1;
            }
            int given = 0;
            lineStart = false;
            while (given < length && position < limit && !lineStart) {
                byte b = buffer[position++];
                target[offset + given++] = b;
                lineStart = b == '\n';
            }
            return given;
        }

        /** Looks at how a line begins: drops its quote, or finds that the mail is over. */
        private void startLine() throws IOException {
            if (limit - position < BUFFER / 2) {
                fill(); // So that the beginning of the line behind a blank one can be seen as well.
            }
            int blank = blankLine();
            if (blank > 0) {
                // The blank line before the next separator, or before the end, is the mailbox's, not the mail's.
                if (position + blank == limit || isSeparatorAt(position + blank)) {
                    position += blank;
                    over = true;
                }
                return;
            }
            int quotes = position;
            while (quotes < limit && buffer[quotes] == '>') {
                quotes++;
            }
            if (quotes > position && isSeparatorAt(quotes)) {
                position++;
            }
        }

        private int blankLine() {
            if (position < limit && buffer[position] == '\n') {
                return 1;
            }
            return position + 1 < limit && buffer[position] == '\r' && buffer[position + 1] == '\n' ? 2 : 0;
        }

        void skipRest() throws IOException {
            byte[] rest = new byte[BUFFER];
            while (read(rest, 0, rest.length) >= 0) {
                // Nobody wants it.
            }
        }
    }
}
