package io.github.pecmailproxy.internal.lifecycle;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a message may wait to be sent, counted from when it was enqueued. Immutable.
 *
 * @param limit a positive time, null for ever
 */
public record MaximumAge(@Nullable Duration limit) {
    /** Messages wait for as long as it takes. */
    public static final MaximumAge UNLIMITED = new MaximumAge(null);

    /** Returns when a message that is enqueued at a time has waited for too long; null for never. */
    public @Nullable Instant end(Instant enqueuedAt) {
        return limit == null ? null : enqueuedAt.plus(limit);
    }
}
