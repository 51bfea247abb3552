package io.github.pecmailproxy.internal.compose;

import java.io.IOException;
import java.io.InputStream;

/** A stream that cannot be read. */
class BrokenStream extends InputStream {
    @Override
    public int read() throws IOException {
        throw new IOException("disk on fire");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return read();
    }
}
