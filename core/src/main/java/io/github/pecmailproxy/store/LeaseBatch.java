package io.github.pecmailproxy.store;

import io.github.pecmailproxy.account.AccountKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one account that were leased. Immutable.
 *
 * @param account whose messages
 * @param messages what was leased, the most urgent first
 * @param limitedUntil when the rate limits that held back a message which could have been leased otherwise allow the next one:
 *     the end of the last window that is used up; null when they held none back
 * @since 0.1.0
 */
public record LeaseBatch(
        AccountKey account,
        List<LeasedMessage> messages,
        @Nullable Instant limitedUntil) {
    /** Copies the messages. */
    public LeaseBatch {
        messages = List.copyOf(messages);
    }
}
