package io.github.pecmailproxy.internal.imap;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** A mail in a temporary file, read through the one channel that wrote it. */
final class FileContent implements SpooledContent {
    private final FileChannel channel;
    private final long size;
    private final String sha256;

    FileContent(FileChannel channel, long size, String sha256) {
        this.channel = channel;
        this.size = size;
        this.sha256 = sha256;
    }

    @Override
    public InputStream open() {
        return new PositionedStream(channel, size);
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
    public long memory() {
        return 0;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Reads at a place of its own, so that several streams over one channel do not disturb each other. */
    private static final class PositionedStream extends InputStream {
        private final FileChannel channel;
        private final long size;
        private long position;

        PositionedStream(FileChannel channel, long size) {
            this.channel = channel;
            this.size = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            if (position >= size) {
                return -1;
            }
            int count = channel.read(ByteBuffer.wrap(target, offset, length), position);
            if (count > 0) {
                position += count;
            }
            return count;
        }

        @Override
        public long skip(long count) {
            long skipped = Math.max(0, Math.min(count, size - position));
            position += skipped;
            return skipped;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, size - position);
        }
    }
}
