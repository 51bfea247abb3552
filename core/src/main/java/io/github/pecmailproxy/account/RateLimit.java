package io.github.pecmailproxy.account;

import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import java.time.Duration;

/**
 * A bound on how many messages an account sends in a window of time, counted across all nodes and restarts. Immutable and
 * thread-safe.
 *
 * @param messages the greatest number of transmissions begun in one window, at least 1
 * @param window the window's length, 1 second to 31 days; windows are aligned to the epoch
 * @since 0.1.0
 */
public record RateLimit(int messages, Duration window) {
    private static final Duration LONGEST = Duration.ofDays(31);

    /** Checks both. */
    public RateLimit {
        FieldCheck.between("rate_limit.messages", messages, 1, Integer.MAX_VALUE);
        FieldCheck.required("rate_limit.window", window);
        if (window.compareTo(Duration.ofSeconds(1)) < 0
                || window.compareTo(LONGEST) > 0
                || !window.equals(Duration.ofSeconds(window.toSeconds()))) {
            throw new InvalidValueException(
                    "rate_limit.window", "is " + window + ", allowed are whole seconds from PT1S to " + LONGEST);
        }
    }

    /**
     * Bounds the messages of a minute.
     *
     * @param messages the greatest number
     * @return the limit, never null
     */
    public static RateLimit perMinute(int messages) {
        return new RateLimit(messages, Duration.ofMinutes(1));
    }

    /**
     * Bounds the messages of an hour.
     *
     * @param messages the greatest number
     * @return the limit, never null
     */
    public static RateLimit perHour(int messages) {
        return new RateLimit(messages, Duration.ofHours(1));
    }

    /**
     * Bounds the messages of a day (UTC).
     *
     * @param messages the greatest number
     * @return the limit, never null
     */
    public static RateLimit perDay(int messages) {
        return new RateLimit(messages, Duration.ofDays(1));
    }
}
