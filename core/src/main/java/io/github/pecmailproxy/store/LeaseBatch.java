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
 * @param limitedUntil when the rate limit that held some back allows the next one, null when none did
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
