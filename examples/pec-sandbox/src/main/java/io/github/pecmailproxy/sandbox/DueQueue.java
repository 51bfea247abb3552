package io.github.pecmailproxy.sandbox;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** Work to be done at given times, in order of time, then of entry. Thread-safe. */
final class DueQueue {
    /** One piece of work. */
    record Task(Instant due, long number, Runnable work) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::due).thenComparingLong(Task::number));
    private long numbers;
    private long changes;

    synchronized void add(Instant due, Runnable work) {
        tasks.add(new Task(due, numbers++, work));
        wakeUp();
    }

    /** Takes the next task that is due, or returns empty. */
    synchronized Optional<Task> takeDue(Instant now) {
        Task first = tasks.peek();
        if (first == null || first.due().isAfter(now)) {
            return Optional.empty();
        }
        tasks.remove();
        return Optional.of(first);
    }

    synchronized int size() {
        return tasks.size();
    }

    /** Waits until something may have become due: at most the given time, less when work is added or a wake-up comes. */
    synchronized void awaitChange(long milliseconds) throws InterruptedException {
        long seen = changes;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        while (changes == seen) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    synchronized void wakeUp() {
        changes++;
        notifyAll();
    }
}
