package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;

/**
 * Content whose stream fails after some bytes. Thread-safe.
 *
 * @param size how many bytes it claims to have; it fails after half of them
 * @since 0.1.0
 */
public record BrokenContent(long size) implements StoredContent {
    @Override
    public String sha256() {
        return Sha256.hex("broken " + size);
    }

    @Override
    public InputStream open() {
        return new InputStream() {
            private long left = size / 2;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("the content cannot be read");
                }
                return 'x';
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                buffer[offset] = (byte) read();
                return 1;
            }
        };
    }
}
