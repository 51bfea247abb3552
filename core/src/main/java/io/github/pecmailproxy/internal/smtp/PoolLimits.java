package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.message.InvalidValueException;
import java.time.Duration;

/**
 * How connections are kept. Immutable.
 *
 * @param idleTime after how long without a message a connection is closed
 * @param checkAfter after how long without a message the server is asked whether it is still there
 * @param closeTime how long closing the sender waits for what is under way
 * @since 0.1.0
 */
public record PoolLimits(Duration idleTime, Duration checkAfter, Duration closeTime) {
    /** After how long without a message a connection is closed: 30 seconds. Servers are seldom more patient than that. */
    public static final Duration DEFAULT_IDLE_TIME = Duration.ofSeconds(30);

    /** After how long without a message the server is asked whether it is still there: 2 seconds. */
    public static final Duration DEFAULT_CHECK_AFTER = Duration.ofSeconds(2);

    /** How long closing the sender waits for what is under way: 60 seconds. */
    public static final Duration DEFAULT_CLOSE_TIME = Duration.ofSeconds(60);

    /** The default limits. */
    public static final PoolLimits DEFAULTS =
            new PoolLimits(DEFAULT_IDLE_TIME, DEFAULT_CHECK_AFTER, DEFAULT_CLOSE_TIME);

    /** Checks the times. */
    public PoolLimits {
        check("smtp.idle_time", idleTime);
        check("smtp.check_after", checkAfter);
        check("smtp.close_time", closeTime);
    }

    private static void check(String field, Duration value) {
        if (value.isNegative()) {
            throw new InvalidValueException(field, "is negative: " + value);
        }
    }
}
