package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Content to hand to a store: bytes in memory that come in short reads, as from a network, and count how often they were opened
 * and closed. Thread-safe.
 *
 * @since 0.1.0
 */
public final class BytesContent implements StoredContent {
    /** Not a divisor of any usual buffer size, so that a store that trusts one read to fill its buffer is found out. */
    private static final int LONGEST_READ = 1_013;

    private final byte[] bytes;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    private BytesContent(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Wraps some bytes.
     *
     * @param bytes the bytes, copied
     * @return the content, never null
     */
    public static BytesContent of(byte[] bytes) {
        return new BytesContent(bytes.clone());
    }

    /**
     * Wraps a text in UTF-8.
     *
     * @param text the text
     * @return the content, never null
     */
    public static BytesContent of(String text) {
        return new BytesContent(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Makes up bytes of every value.
     *
     * @param size how many
     * @param seed which ones: the same bytes for the same seed
     * @return the content, never null
     */
    public static BytesContent random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return new BytesContent(bytes);
    }

    /**
     * Returns a copy of the bytes.
     *
     * @return the bytes, never null
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Tells how often the content was opened.
     *
     * @return how often, at least 0
     */
    public int opened() {
        return opened.get();
    }

    /**
     * Tells how many of the streams were closed.
     *
     * @return how many, at least 0
     */
    public int closed() {
        return closed.get();
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public String sha256() {
        return Sha256.hex(bytes);
    }

    @Override
    public InputStream open() {
        opened.incrementAndGet();
        return new ShortReads(new ByteArrayInputStream(bytes));
    }

    private final class ShortReads extends FilterInputStream {
        private boolean open = true;

        private ShortReads(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return super.read(buffer, offset, Math.min(length, LONGEST_READ));
        }

        @Override
        public void close() throws IOException {
            if (open) {
                open = false;
                closed.incrementAndGet();
            }
            super.close();
        }
    }
}
