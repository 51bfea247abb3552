package io.github.pecmailproxy.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are held back. Immutable.
 *
 * @param scope whose messages
 * @param reason why, in words for a person
 * @param since since when
 * @param refusedSettings for an account that its server refused, a salted hash of the settings it was refused with, at most 200
 *     characters of ASCII: the engine ends the suspension when the account's settings do not match it any more; null for a suspension
 *     that only a person ends
 * @since 0.1.0
 */
public record Suspension(
        SuspensionScope scope,
        String reason,
        Instant since,
        @Nullable String refusedSettings) {
    /**
     * Creates a suspension that only a person ends.
     *
     * @param scope whose messages
     * @param reason why, in words for a person
     * @param since since when
     */
    public Suspension(SuspensionScope scope, String reason, Instant since) {
        this(scope, reason, since, null);
    }
}
