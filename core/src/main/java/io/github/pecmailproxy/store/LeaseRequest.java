package io.github.pecmailproxy.store;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import java.util.List;

/**
 * Asks for messages of one account. Immutable.
 *
 * @param account whose messages
 * @param limit how many at most, at least 1
 * @param rateLimits the bounds on sending, all of which hold: within each window, aligned to the epoch, no more messages are
 *     leased than the bound says, counted across all nodes
 * @since 0.1.0
 */
public record LeaseRequest(AccountKey account, int limit, List<RateLimit> rateLimits) {
    /** Copies the limits. */
    public LeaseRequest {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1: " + limit);
        }
        rateLimits = List.copyOf(rateLimits);
    }
}
