package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.store.StoredContent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Takes in a message as it is composed: in memory while it is small, in a file once it is not. The file has no name any more while it
 * is in use, or is deleted by the operating system with the process, so that nothing stays behind after a crash. Not thread-safe while
 * it is written.
 */
final class MessageSpool extends OutputStream {
    private static final Set<StandardOpenOption> EXCLUSIVE = Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);

    private final Path directory;
    private final int memoryLimit;
    private final long sizeLimit;
    private final MessageDigest digest = Sha256.start();
    private final byte[] single = new byte[1];
    private @Nullable MemoryBuffer memory;
    private @Nullable FileChannel file;
    private long size;

    /**
     * Creates an empty spool.
     *
     * @param directory where the file goes
     * @param memoryLimit up to how many bytes are kept in memory
     * @param sizeLimit the greatest number of bytes taken in
     */
    MessageSpool(Path directory, int memoryLimit, long sizeLimit) {
        this.directory = directory;
        this.memoryLimit = memoryLimit;
        this.sizeLimit = sizeLimit;
        memory = new MemoryBuffer();
    }

    @Override
    public void write(int octet) throws IOException {
        single[0] = (byte) octet;
        write(single, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (size + length > sizeLimit) {
            throw new SizeLimitException(sizeLimit);
        }
        digest.update(bytes, offset, length);
        size += length;
        MemoryBuffer buffer = memory;
        if (buffer != null) {
            if (size <= memoryLimit) {
                buffer.write(bytes, offset, length);
                return;
            }
            FileChannel opened = open();
            file = opened;
            memory = null;
            append(opened, buffer.bytes(), 0, buffer.size());
        }
        if (file != null) {
            append(file, bytes, offset, length);
        }
    }

    long size() {
        return size;
    }

    /** Ends the writing and hands over what was written; the caller closes it. */
    Spooled finish() {
        FileChannel handedOver = file;
        file = null;
        return new Spooled(memory == null ? new byte[0] : memory.toByteArray(), handedOver, size, Sha256.hex(digest));
    }

    /** Throws away what was written and not handed over. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    private FileChannel open() throws IOException {
        FileAttribute<?>[] ownerOnly =
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        return FileChannel.open(directory.resolve("pmp-" + UUID.randomUUID() + ".spool"), EXCLUSIVE, ownerOnly);
    }

    private static void append(FileChannel channel, byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer pending = ByteBuffer.wrap(bytes, offset, length);
        while (pending.hasRemaining()) {
            channel.write(pending);
        }
    }

    /** A buffer that shows its bytes without copying them. */
    private static final class MemoryBuffer extends ByteArrayOutputStream {
        private static final int USUAL_SIZE = 8192;

        MemoryBuffer() {
            super(USUAL_SIZE);
        }

        byte[] bytes() {
            return buf;
        }
    }

    /** Says that more was written than the message may have. */
    static final class SizeLimitException extends IOException {
        private static final long serialVersionUID = 1L;

        SizeLimitException(long limit) {
            super("more than " + limit + " bytes");
        }
    }

    /** What was written, until it is closed. Thread-safe. */
    static final class Spooled implements StoredContent, Closeable {
        private final byte[] memory;
        private final @Nullable FileChannel file;
        private final long size;
        private final String sha256;

        private Spooled(byte[] memory, @Nullable FileChannel file, long size, String sha256) {
            this.memory = memory;
            this.file = file;
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
            return file == null ? new ByteArrayInputStream(memory) : new ChannelStream(file, size);
        }

        /** Tells whether the bytes are in a file. */
        boolean isInFile() {
            return file != null;
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }

        @Override
        public String toString() {
            return "Spooled[" + size + " bytes, " + sha256 + "]";
        }
    }

    /** Reads a channel by position, so that several readers do not disturb each other. */
    private static final class ChannelStream extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long position;

        ChannelStream(FileChannel channel, long end) {
            this.channel = channel;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int most = (int) Math.min(length, end - position);
            if (most <= 0) {
                return -1;
            }
            int count = channel.read(ByteBuffer.wrap(bytes, offset, most), position);
            if (count < 0) {
                throw new IOException("the spool file ends at " + position + " of " + end + " bytes");
            }
            position += count;
            return count;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, end - position);
        }
    }
}
