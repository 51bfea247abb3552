package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every change of the provider's memory passes through: it is written down first and takes effect then, so that nobody
 * sees what a kill could undo. Changes that belong together are written together. Without a state directory changes only
 * take effect. Thread-safe; one batch at a time.
 */
final class Journal {
    /** One change of the batch, and how it takes effect. */
    private record Entry(Change change, Runnable effect) {}

    private final @Nullable StateDirectory directory;
    private final List<Entry> batch = new ArrayList<>();
    private boolean collecting;

    /**
     * Creates the journal.
     *
     * @param directory where to write, null for nowhere
     */
    Journal(@Nullable StateDirectory directory) {
        this.directory = directory;
    }

    /**
     * Makes all changes recorded by the action one batch: after a kill all of them or none have happened. When the action, or
     * writing, fails, none takes effect.
     *
     * @return what the action returned
     * @throws UncheckedIOException if the batch cannot be written
     */
    synchronized <T> T atomically(Supplier<T> action) {
        if (collecting) {
            return action.get();
        }
        collecting = true;
        try {
            T result = action.get();
            if (directory != null && !batch.isEmpty()) {
                directory.write(batch.stream().map(Entry::change).toList());
            }
            batch.forEach(entry -> entry.effect().run());
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the sandbox's journal: " + e.getMessage(), e);
        } finally {
            batch.clear();
            collecting = false;
        }
    }

    /**
     * Adds a change to the batch that is being collected, or makes it a batch of its own.
     *
     * @param effect what brings it about in memory; it must not record further changes
     */
    synchronized void record(Change change, Runnable effect) {
        atomically(() -> batch.add(new Entry(change, effect)));
    }

    /**
     * Keeps a mail's bytes, before the change that speaks of them is recorded.
     *
     * @return the name of its file, empty when nothing is written down
     */
    String keep(byte[] mail) {
        try {
            return directory == null ? "" : directory.keep(mail);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write a mail to the sandbox's state directory: " + e.getMessage(), e);
        }
    }
}
