package io.github.pecmailproxy.internal.retention;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.PurgeRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what is older than a host wants to keep, a little at a time. Any number of nodes may do so at once: each row goes once. Thread-safe.
 */
public final class Retention {
    /** How often old things are looked for. */
    public static final Duration INTERVAL = Duration.ofHours(1);

    /** How much goes in one step, after which the loop can be stopped. */
    static final int DELETED_AT_ONCE = 500;

    private final EventStore store;
    private final RetentionSettings settings;
    private final InstantSource clock;

    /**
     * Creates the step of a loop.
     *
     * @param store where things are deleted
     * @param settings how long they are kept
     * @param clock tells the time
     */
    public Retention(EventStore store, RetentionSettings settings, InstantSource clock) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
    }

    /** Deletes some of what is too old and tells whether there may be more. */
    public boolean purgeSome() {
        Instant now = clock.instant();
        boolean more = false;
        Duration ordinary = settings.ordinary();
        Duration evidence = settings.evidence();
        if (ordinary != null || evidence != null) {
            // Nothing is older than the epoch.
            Instant finishedBefore = ordinary == null ? Instant.EPOCH : now.minus(ordinary);
            @Nullable Instant evidenceBefore = evidence == null ? null : now.minus(evidence);
            more = store.purge(new PurgeRequest(finishedBefore, evidenceBefore, DELETED_AT_ONCE)) == DELETED_AT_ONCE;
        }
        Duration unrelated = settings.unrelated();
        if (unrelated != null) {
            more |= store.purgeUnrelated(now.minus(unrelated), DELETED_AT_ONCE) == DELETED_AT_ONCE;
        }
        return more;
    }
}
