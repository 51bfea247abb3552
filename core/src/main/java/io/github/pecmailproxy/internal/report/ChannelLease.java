package io.github.pecmailproxy.internal.report;

import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The right of this node to be the only one that delivers for a channel. It is short, so that another node soon takes over from one
 * that died, and renewed while a sink works, but for no longer than a delivery may take. Thread-safe: the thread that renews never
 * takes up again what the one that delivers has given back.
 */
final class ChannelLease {
    private final EventStore store;
    private final String resource;
    private final String owner;
    private final Duration length;
    private final InstantSource clock;
    private @Nullable ExclusiveLease held;
    private Instant begun = Instant.MIN;

    /**
     * Creates a lease that is not held.
     *
     * @param length for how long it is taken at once
     */
    ChannelLease(EventStore store, String resource, String owner, Duration length, InstantSource clock) {
        this.store = store;
        this.resource = resource;
        this.owner = owner;
        this.length = length;
        this.clock = clock;
    }

    /** Takes the right, or prolongs it, for one more delivery; empty when another node has it. */
    synchronized Optional<ExclusiveLease> take() {
        begun = clock.instant();
        Optional<ExclusiveLease> taken = store.acquire(resource, owner, begun, begun.plus(length));
        held = taken.orElse(held);
        return taken;
    }

    /** Prolongs the right while a delivery is under way. */
    synchronized void renew() {
        Instant now = clock.instant();
        if (held != null && now.isBefore(begun.plus(DeliveryReportSink.LONGEST_DELIVERY))) {
            store.acquire(resource, owner, now, now.plus(length));
        }
    }

    /**
     * Keeps every node, this one included, from delivering for a while. If this process ends, the right ends at that time all the
     * same: the pause needs no other place to be stored.
     */
    synchronized void keepUntil(Instant time) {
        if (held != null) {
            store.acquire(resource, owner, clock.instant(), time);
            held = null;
        }
    }

    /** Gives the right back, if it is held. */
    synchronized void release() {
        ExclusiveLease given = held;
        held = null;
        if (given != null) {
            store.release(given);
        }
    }
}
