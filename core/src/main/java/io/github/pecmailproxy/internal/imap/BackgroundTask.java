package io.github.pecmailproxy.internal.imap;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Something that is done in a thread of its own, which ends with it: nobody has to close anything. Used by one thread.
 *
 * @param <T> what comes of it
 */
final class BackgroundTask<T> {
    private final FutureTask<T> task;
    private final Thread thread;

    private BackgroundTask(FutureTask<T> task, Thread thread) {
        this.task = task;
        this.thread = thread;
    }

    static <T> BackgroundTask<T> start(String name, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return new BackgroundTask<>(task, thread);
    }

    /**
     * Waits for the end. Whoever interrupts the caller interrupts the task, for whose end is waited all the same.
     *
     * @throws RuntimeException what the task failed with
     */
    T await() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException stop) {
                    interrupted = true;
                    thread.interrupt();
                }
            }
        } catch (ExecutionException failed) {
            throw rethrown(Objects.requireNonNullElse(failed.getCause(), failed));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
    }
}
