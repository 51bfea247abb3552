package io.github.pecmailproxy.internal.engine;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Runs a step again and again on its own thread: at once while there is more to do, else after an interval or a nudge. A step that
 * throws is reported and tried again after the interval. Thread-safe.
 */
public final class LoopThread {
    private final String part;
    private final Duration interval;
    private final BooleanSupplier step;
    private final Alarm alarm;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean nudged;
    private boolean stopped;

    /**
     * Creates a loop; {@link #start()} starts it.
     *
     * @param part what it does, for the thread's name and for trouble
     * @param interval how long to wait when there is nothing more to do
     * @param step does some work and tells whether there is more
     * @param alarm told when the step throws
     */
    public LoopThread(String part, Duration interval, BooleanSupplier step, Alarm alarm) {
        this.part = part;
        this.interval = interval;
        this.step = step;
        this.alarm = alarm;
        this.thread = new Thread(this::run, "pec-mail-proxy-" + part);
        this.thread.setDaemon(true);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Returns what the loop does. */
    public String part() {
        return part;
    }

    /** Tells whether the thread runs. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Makes the loop turn at once. */
    public void nudge() {
        lock.lock();
        try {
            nudged = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Asks the loop to end after the step under way. */
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the thread ended; gives up after a time. */
    public boolean join(Duration atMost) throws InterruptedException {
        thread.join(Math.max(1, atMost.toMillis()));
        return !thread.isAlive();
    }

    private void run() {
        while (!isStopped()) {
            boolean more = false;
            try {
                more = step.getAsBoolean();
            } catch (RuntimeException | Error failure) {
                // Errors too: a missing optional class or a message too large for the heap must not end the loop for
                // good.
                alarm.trouble(part, failure, null);
            }
            if (!more) {
                await();
            }
        }
    }

    private boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    private void await() {
        lock.lock();
        try {
            long left = interval.toNanos();
            while (!nudged && !stopped && left > 0) {
                left = changed.awaitNanos(left);
            }
            nudged = false;
        } catch (InterruptedException interrupted) {
            stopped = true;
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
