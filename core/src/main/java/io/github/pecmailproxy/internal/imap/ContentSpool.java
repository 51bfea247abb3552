package io.github.pecmailproxy.internal.imap;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;

/**
 * Takes fetched mails: small ones into memory, large ones into temporary files that only this user can read. Thread-safe.
 *
 * <p>A file's name is gone as soon as the file is open, where the system allows that (every POSIX system), and else when it is
 * closed: a process that dies leaves no receipt behind.
 *
 * @since 0.1.0
 */
public final class ContentSpool {
    /** The size up to which a mail is held in memory: 128 KiB. */
    public static final int DEFAULT_LARGEST_IN_MEMORY = 128 * 1024;

    private static final int PIECE = 64 * 1024;
    private static final Set<OpenOption> OPTIONS = Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    private static final FileAttribute<?>[] OWNER_ONLY =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];

    private final Path folder;
    private final int largestInMemory;
    private final Runnable progress;

    /**
     * Creates a spool.
     *
     * @param folder where temporary files go; it exists
     * @param largestInMemory the size up to which a mail is held in memory, in bytes
     */
    public ContentSpool(Path folder, int largestInMemory) {
        this(folder, largestInMemory, () -> {});
    }

    private ContentSpool(Path folder, int largestInMemory, Runnable progress) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("The temporary folder does not exist: " + folder);
        }
        this.folder = folder;
        this.largestInMemory = largestInMemory;
        this.progress = progress;
    }

    /**
     * Tells of progress with large mails.
     *
     * @param task what to do with every piece that was taken
     * @return a spool that does it, never null
     */
    ContentSpool telling(Runnable task) {
        return new ContentSpool(folder, largestInMemory, task);
    }

    /**
     * Takes a mail.
     *
     * @param source its bytes; read up to the size and not closed
     * @param size how many there are
     * @return what holds them now, never null; the caller closes it
     * @throws IOException if the source fails or ends early
     * @throws SpoolException if the file cannot be written
     */
    public SpooledContent take(InputStream source, long size) throws IOException {
        return size <= largestInMemory ? intoMemory(source, (int) size) : intoFile(source, size);
    }

    /** Returns a new SHA-256, which every Java platform has. */
    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static SpooledContent intoMemory(InputStream source, int size) throws IOException {
        byte[] bytes = source.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("ended after " + bytes.length + " of " + size + " bytes");
        }
        return new MemoryContent(bytes);
    }

    private SpooledContent intoFile(InputStream source, long size) throws IOException {
        FileChannel channel = create();
        boolean done = false;
        try {
            MessageDigest digest = newDigest();
            byte[] piece = new byte[PIECE];
            long left = size;
            while (left > 0) {
                int count = source.read(piece, 0, (int) Math.min(piece.length, left));
                if (count < 0) {
                    throw new EOFException("ended " + left + " bytes before its end of " + size);
                }
                digest.update(piece, 0, count);
                write(channel, ByteBuffer.wrap(piece, 0, count));
                left -= count;
                progress.run();
            }
            SpooledContent content =
                    new FileContent(channel, size, HexFormat.of().formatHex(digest.digest()));
            done = true;
            return content;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    private FileChannel create() {
        try {
            return FileChannel.open(folder.resolve("pec-mail-" + UUID.randomUUID() + ".tmp"), OPTIONS, OWNER_ONLY);
        } catch (IOException failed) {
            throw new SpoolException(failed);
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException failed) {
            throw new SpoolException(failed);
        }
    }
}
