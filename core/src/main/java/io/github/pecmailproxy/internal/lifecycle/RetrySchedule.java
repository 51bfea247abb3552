package io.github.pecmailproxy.internal.lifecycle;

import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.smtp.RetryReason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** When to try again after a transmission that did not succeed. Immutable; as thread-safe as its random generator. */
public final class RetrySchedule {
    private static final double JITTER = 0.2;

    private final List<Duration> delays;
    private final Map<RetryReason, List<Duration>> delaysByReason;
    private final RandomGenerator random;

    /**
     * Creates a schedule that is the same whatever the reason.
     *
     * @param delays the time to wait after the first, second, … attempt; when they are used up the message fails
     * @param random spreads the attempts of many messages: every wait is lengthened by up to a fifth
     */
    public RetrySchedule(List<Duration> delays, RandomGenerator random) {
        this(delays, Map.of(), random);
    }

    /**
     * Creates a schedule.
     *
     * @param delays the time to wait after the first, second, … attempt; when they are used up the message fails
     * @param delaysByReason the same for attempts that failed for a reason; a reason that is not there goes by {@code delays}
     * @param random spreads the attempts of many messages: every wait is lengthened by up to a fifth
     */
    public RetrySchedule(
            List<Duration> delays, Map<RetryReason, List<Duration>> delaysByReason, RandomGenerator random) {
        this.delays = checked(delays);
        this.delaysByReason = new EnumMap<>(RetryReason.class);
        delaysByReason.forEach((reason, own) -> this.delaysByReason.put(reason, checked(own)));
        this.random = random;
    }

    private static List<Duration> checked(List<Duration> delays) {
        for (Duration delay : delays) {
            if (delay.isNegative() || delay.isZero()) {
                throw new InvalidValueException("retry_delays", "contains " + delay + ", must be positive");
            }
        }
        return List.copyOf(delays);
    }

    /** Returns how long to wait after an attempt, counted from 1, that failed for a reason; empty when there will be no other. */
    Optional<Duration> delayAfter(int attempt, RetryReason reason) {
        return delayAfter(attempt, delaysByReason.getOrDefault(reason, delays));
    }

    /** Tells whether there may be another attempt after one, counted from 1, of which nobody knows how it ended. */
    boolean allowsAnotherAfter(int attempt) {
        return attempt <= delays.size();
    }

    private Optional<Duration> delayAfter(int attempt, List<Duration> from) {
        if (attempt > from.size()) {
            return Optional.empty();
        }
        Duration delay = from.get(Math.max(attempt, 1) - 1);
        return Optional.of(delay.plusMillis((long) (delay.toMillis() * JITTER * random.nextDouble())));
    }
}
