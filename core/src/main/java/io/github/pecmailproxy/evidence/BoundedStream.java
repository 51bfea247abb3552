package io.github.pecmailproxy.evidence;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that fails once it is longer than it may be. Not thread-safe. */
final class BoundedStream extends FilterInputStream {
    private final long limit;
    private long left;

    BoundedStream(InputStream in, long limit) {
        super(in);
        this.limit = limit;
        left = limit;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        if (read > 0) {
            left -= read;
            if (left < 0) {
                throw new IOException("it is longer than " + limit + " bytes");
            }
        }
        return read;
    }
}
