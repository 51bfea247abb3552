package io.github.pecmailproxy.internal.dispatch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Supplier;

/**
 * Has another thread stand in for each transmission that takes long, so that servers that hang take no place from accounts whose
 * servers answer. A transmission for which another thread stands in no longer counts as a place that its tenant holds. Thread-safe.
 */
final class SlowTransmissions {
    /** After what time a transmission no longer counts among those that may be under way: 5 seconds. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** At most so many times as many threads stand in as there are places: 4. */
    static final int MOST_FOR_EACH_PLACE = 4;

    private final ThreadPoolExecutor pool;
    private final TenantTurns turns;
    private final InstantSource clock;
    private final int places;
    private final Set<Running> running = new HashSet<>();

    /**
     * Creates the watch.
     *
     * @param pool the threads that transmit: as many as there are places, made more while transmissions are slow
     * @param turns told which places are replaced
     * @param clock the engine's clock
     */
    SlowTransmissions(ThreadPoolExecutor pool, TenantTurns turns, InstantSource clock) {
        this.pool = pool;
        this.turns = turns;
        this.clock = clock;
        places = pool.getCorePoolSize();
    }

    /** A transmission that is under way. Compared by identity. */
    private static final class Running {
        private final AccountLane lane;
        private final Instant begun;
        private boolean slow;
        private boolean replaced;

        Running(AccountLane lane, Instant begun) {
            this.lane = lane;
            this.begun = begun;
        }
    }

    /**
     * Runs a transmission of an account. If the account's last one was slow, this one is taken for slow from its first moment: servers that
     * hang again and again would else hold a place for a while each time.
     */
    <T> T watch(AccountLane lane, Supplier<T> transmission) {
        Running one = begin(lane);
        try {
            return transmission.get();
        } finally {
            lane.slow(isSlow(one));
            end(one);
        }
    }

    /** Looks for transmissions that have become slow. To be called regularly. */
    synchronized void look() {
        boolean found = false;
        for (Running one : running) {
            if (!one.slow && isSlow(one)) {
                one.slow = true;
                found = true;
            }
        }
        if (found) {
            resize();
        }
    }

    private synchronized Running begin(AccountLane lane) {
        Running one = new Running(lane, clock.instant());
        running.add(one);
        if (lane.isSlow()) {
            one.slow = true;
            resize();
        }
        return one;
    }

    private synchronized void end(Running one) {
        running.remove(one);
        if (one.replaced) {
            turns.restored(one.lane);
        }
        if (one.slow) {
            resize();
        }
    }

    private boolean isSlow(Running one) {
        return !clock.instant().isBefore(one.begun.plus(PATIENCE));
    }

    private void resize() {
        List<Running> slow = running.stream().filter(one -> one.slow).toList();
        int standIns = Math.min(slow.size(), places * MOST_FOR_EACH_PLACE);
        // Those for which nobody may stand in take places from others, and go on counting for their tenants.
        long replaced = slow.stream().filter(one -> one.replaced).count();
        slow.stream().filter(one -> !one.replaced).limit(standIns - replaced).forEach(one -> {
            one.replaced = true;
            turns.replaced(one.lane);
        });
        int size = places + standIns;
        // The pool refuses to have more threads at its core than at most, if only for a moment.
        if (size > pool.getMaximumPoolSize()) {
            pool.setMaximumPoolSize(size);
            pool.setCorePoolSize(size);
        } else {
            pool.setCorePoolSize(size);
            pool.setMaximumPoolSize(size);
        }
    }
}
