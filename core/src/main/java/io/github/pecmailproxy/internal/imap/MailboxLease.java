package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The right of this node to read one mailbox. Used by one thread at a time. */
final class MailboxLease {
    private final EventStore store;
    private final InstantSource clock;
    private final String owner;
    private final String resource;
    private final Duration time;
    private @Nullable ExclusiveLease held;

    MailboxLease(EventStore store, InstantSource clock, String owner, AccountKey account, Duration time) {
        this.store = store;
        this.clock = clock;
        this.owner = owner;
        this.resource = "mailbox/" + account.tenant() + "/" + account.id();
        this.time = time;
    }

    /**
     * Takes the right before a mailbox is read, or prolongs it once half of its time is over.
     *
     * @return the lease, null when another node reads the mailbox
     */
    @Nullable
    ExclusiveLease take() {
        Instant now = clock.instant();
        ExclusiveLease lease = held;
        if (lease == null || lease.until().minus(time.dividedBy(2)).isBefore(now)) {
            lease = store.acquire(resource, owner, now, now.plus(time)).orElse(null);
            held = lease;
        }
        return lease;
    }

    /**
     * Prolongs the right while a mailbox is read.
     *
     * @return the lease, null when another node had it meanwhile: the cursors that were read under the old one are then out of
     *     date, even if the right could be had again
     */
    @Nullable
    ExclusiveLease keep() {
        ExclusiveLease before = held;
        ExclusiveLease lease = take();
        return before != null && lease != null && lease.token() == before.token() ? lease : null;
    }

    /** Takes note that the right is lost. */
    void lost() {
        held = null;
    }

    /** Gives the right back, so that another node need not wait. */
    void release() {
        ExclusiveLease lease = held;
        held = null;
        if (lease != null) {
            store.release(lease);
        }
    }
}
