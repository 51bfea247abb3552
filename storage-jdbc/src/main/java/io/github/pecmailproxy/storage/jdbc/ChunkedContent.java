package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/** A content in the database. Every chunk is a query of its own, and one is in memory at a time. Thread-safe. */
final class ChunkedContent implements StoredContent {
    private final Transactions transactions;
    private final ContentTable table;
    private final long owner;
    private final long size;
    private final String sha256;

    ChunkedContent(Transactions transactions, ContentTable table, long owner, long size, String sha256) {
        this.transactions = transactions;
        this.table = table;
        this.owner = owner;
        this.size = size;
        this.sha256 = sha256;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public String sha256() {
        return sha256;
    }

    @Override
    public InputStream open() {
        return new Chunks();
    }

    private byte[] chunk(int number) throws IOException {
        try {
            Optional<byte[]> bytes =
                    transactions.read("read a content", session -> table.chunk(session, owner, number));
            return bytes.orElseThrow(() -> new IOException("the content is not stored any more"));
        } catch (StoreException failure) {
            throw new IOException("the content could not be read", failure);
        }
    }

    /** Reads one chunk after the other. Not thread-safe. */
    private final class Chunks extends InputStream {
        private byte[] current = {};
        private int position;
        private int next;
        private long left = size;

        @Override
        public int read() throws IOException {
            return fill() ? current[position++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, current.length - position);
            System.arraycopy(current, position, buffer, offset, count);
            position += count;
            return count;
        }

        @Override
        public int available() {
            return current.length - position;
        }

        private boolean fill() throws IOException {
            if (position < current.length) {
                return true;
            }
            if (left <= 0) {
                return false;
            }
            current = chunk(next++);
            position = 0;
            left -= current.length;
            if (current.length == 0) {
                throw new IOException("the content is shorter than its size");
            }
            return true;
        }
    }
}
