package io.github.pecmailproxy.internal.imap;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Lets another thread stand in for one that waits for a server that does not answer, so that servers that hang hold no place that
 * others could use. Thread-safe.
 */
final class StandIns {
    /** After what time without an answer another thread stands in: 2 seconds. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** The most threads that stand in at once: 64. */
    static final int MOST = 64;

    private final ScheduledThreadPoolExecutor pool;
    private final int regular;
    // Apart from the pool, all of whose threads may wait.
    private final ScheduledThreadPoolExecutor watch;
    private int waiting;

    StandIns(ScheduledThreadPoolExecutor pool, ThreadFactory threads) {
        this.pool = pool;
        this.regular = pool.getCorePoolSize();
        this.watch = new ScheduledThreadPoolExecutor(1, threads);
        watch.setRemoveOnCancelPolicy(true);
        // A turn that begins while everything ends needs nobody to stand in.
        watch.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        watch.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Watches a turn that begins in the pool. The caller closes what is returned when the turn is over. */
    Watched watch(Turn turn) {
        return new Watched(turn);
    }

    void stop() {
        watch.shutdownNow();
    }

    private synchronized void changed(int by) {
        waiting += by;
        pool.setCorePoolSize(regular + Math.min(waiting, MOST));
    }

    /** A turn that is watched. */
    final class Watched implements AutoCloseable {
        private final ScheduledFuture<?> look;
        private boolean over;
        private boolean counted;

        private Watched(Turn turn) {
            look = watch.schedule(() -> look(turn), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }

        private synchronized void look(Turn turn) {
            if (!over && !turn.isReading()) {
                counted = true;
                changed(1);
            }
        }

        @Override
        public void close() {
            look.cancel(false);
            synchronized (this) {
                over = true;
                if (counted) {
                    counted = false;
                    changed(-1);
                }
            }
        }
    }
}
