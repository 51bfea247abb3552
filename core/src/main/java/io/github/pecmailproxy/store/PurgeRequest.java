package io.github.pecmailproxy.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Says which finished messages may go. Immutable.
 *
 * @param finishedBefore messages of ordinary accounts whose last event was stored before this time
 * @param evidenceBefore messages of PEC accounts, with their receipts, whose last event was stored before this time; null to keep
 *     them all
 * @param limit how many messages at once, at least 1
 * @since 0.1.0
 */
public record PurgeRequest(Instant finishedBefore, @Nullable Instant evidenceBefore, int limit) {
    /** Checks the limit. */
    public PurgeRequest {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1: " + limit);
        }
    }
}
