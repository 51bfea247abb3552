package io.github.pecmailproxy.sandbox;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Where a sandbox writes down what it must not forget when its process is killed: {@code journal.txt}, to which batches of
 * changes are appended, a file for each mail's bytes in {@code mails}, and {@code keys.p12}. One sandbox at a time.
 * Thread-safe.
 *
 * <p>A change is a line of tab-separated fields; an empty line ends a batch. What follows the last empty line was being
 * written when the process died and counts as not written. Nothing is forced to the disk: against a kill of the process the
 * operating system's cache is as good, and a sandbox need not survive a power failure.
 */
final class StateDirectory implements AutoCloseable {
    private final Path path;
    private final FileChannel lock;
    private final OutputStream journal;
    private final AtomicLong lastMail;
    private boolean finished;

    private StateDirectory(Path path, FileChannel lock, OutputStream journal, long lastMail) {
        this.path = path;
        this.lock = lock;
        this.journal = journal;
        this.lastMail = new AtomicLong(lastMail);
    }

    /**
     * Opens the directory, makes it if need be, and cuts off a batch that was not written to its end.
     *
     * @throws IllegalStateException if another sandbox uses it
     */
    static StateDirectory open(Path path) throws IOException {
        Files.createDirectories(path.resolve("mails"));
        FileChannel lock = FileChannel.open(
                path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean opened = false;
        try {
            requireLock(path, lock);
            cutTornBatch(path.resolve("journal.txt"));
            // unlike a channel, a stream is not closed when the thread that writes is interrupted
            OutputStream journal =
                    new FileOutputStream(path.resolve("journal.txt").toFile(), true);
            StateDirectory directory = new StateDirectory(path, lock, journal, lastMail(path));
            opened = true;
            return directory;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private static void requireLock(Path path, FileChannel lock) throws IOException {
        try {
            FileLock held = lock.tryLock();
            if (held != null) {
                return;
            }
        } catch (OverlappingFileLockException inThisProcess) {
            throw new IllegalStateException(
                    "stateDirectory is in use by another sandbox of this process: " + path, inThisProcess);
        }
        throw new IllegalStateException("stateDirectory is in use by another process: " + path);
    }

    private static void cutTornBatch(Path journal) throws IOException {
        if (Files.notExists(journal)) {
            return;
        }
        byte[] bytes = Files.readAllBytes(journal);
        int end = bytes.length;
        while (end > 0 && !(end >= 2 && bytes[end - 1] == '\n' && bytes[end - 2] == '\n')) {
            end--;
        }
        try (FileChannel channel = FileChannel.open(journal, StandardOpenOption.WRITE)) {
            channel.truncate(end);
        }
    }

    private static long lastMail(Path path) throws IOException {
        try (Stream<Path> mails = Files.list(path.resolve("mails"))) {
            return mails.map(mail -> mail.getFileName().toString())
                    .filter(name -> name.matches("\\d+\\.eml"))
                    .mapToLong(name -> Long.parseLong(name.substring(0, name.length() - ".eml".length())))
                    .max()
                    .orElse(0);
        }
    }

    /** Where the keys and certificates are. */
    Path keys() {
        return path.resolve("keys.p12");
    }

    /** Returns every change of the earlier lives, in order. */
    List<Change> changes() throws IOException {
        List<Change> changes = new ArrayList<>();
        for (String line : Files.readAllLines(path.resolve("journal.txt"), StandardCharsets.UTF_8)) {
            if (!line.isEmpty()) {
                changes.add(Change.of(JournalLine.split(line)));
            }
        }
        return changes;
    }

    /** Appends a batch. After a failure nothing more is taken, because it would follow half a batch. */
    synchronized void write(List<Change> batch) throws IOException {
        requireOpen();
        StringBuilder text = new StringBuilder();
        batch.forEach(change -> text.append(JournalLine.join(change.fields())).append('\n'));
        finished = true;
        journal.write(text.append('\n').toString().getBytes(StandardCharsets.UTF_8));
        finished = false;
    }

    /** Writes a mail's bytes to a file of its own and returns the file's name. */
    synchronized String keep(byte[] mail) throws IOException {
        requireOpen();
        String name = String.format(Locale.ROOT, "%06d.eml", lastMail.incrementAndGet());
        Files.write(path.resolve("mails").resolve(name), mail);
        return name;
    }

    private void requireOpen() throws IOException {
        if (finished) {
            throw new IOException(path + " was closed, or an earlier write to it failed");
        }
    }

    byte[] mail(String name) throws IOException {
        return Files.readAllBytes(path.resolve("mails").resolve(name));
    }

    /** Lets go of the directory after a failure that is being reported. */
    void abandon() {
        try {
            close();
        } catch (IOException alreadyFailing) {
            // the failure that led here says more
        }
    }

    /** Ends writing, and lets another sandbox have the directory. */
    @Override
    public synchronized void close() throws IOException {
        finished = true;
        try (lock) {
            journal.close();
        }
    }
}
