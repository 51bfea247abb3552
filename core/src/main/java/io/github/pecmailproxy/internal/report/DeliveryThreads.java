package io.github.pecmailproxy.internal.report;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs deliveries, so many at once and each channel once. A delivery that takes long stops counting: however many sinks hang, the
 * others go on. Thread-safe.
 */
final class DeliveryThreads {
    /** How many deliveries are under way at once, those that take long left aside. */
    static final int MOST_AT_ONCE = 16;

    /** A delivery that takes longer is one that hangs, for all we know. */
    static final Duration SLOW = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final ExecutorService threads;
    private final Map<Channel, Instant> running = new HashMap<>();
    private final Map<Channel, Runnable> waiting = new LinkedHashMap<>();

    DeliveryThreads(InstantSource clock) {
        this.clock = clock;
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "pec-mail-proxy-report-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Has a delivery made as soon as there is room; does nothing when the channel has one already. */
    synchronized void submit(Channel channel, Runnable delivery) {
        if (!running.containsKey(channel)) {
            waiting.putIfAbsent(channel, delivery);
        }
        startWaiting();
    }

    /** Starts what waits, as far as there is room now. */
    synchronized void startWaiting() {
        Instant slowSince = clock.instant().minus(SLOW);
        long quick = running.values().stream().filter(slowSince::isBefore).count();
        while (quick < MOST_AT_ONCE && !waiting.isEmpty()) {
            Map.Entry<Channel, Runnable> next = waiting.entrySet().iterator().next();
            waiting.remove(next.getKey());
            start(next.getKey(), next.getValue());
            quick++;
        }
    }

    private void start(Channel channel, Runnable delivery) {
        running.put(channel, clock.instant());
        try {
            threads.execute(() -> {
                try {
                    delivery.run();
                } finally {
                    ended(channel);
                }
            });
        } catch (RejectedExecutionException stopped) {
            running.remove(channel);
        }
    }

    private synchronized void ended(Channel channel) {
        running.remove(channel);
        startWaiting();
    }

    /** Starts nothing more. */
    synchronized void shutdown() {
        waiting.clear();
        threads.shutdown();
    }

    /** Waits for what is under way; tells whether it ended in time. */
    boolean awaitTermination(Duration limit) throws InterruptedException {
        return threads.awaitTermination(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS);
    }
}
