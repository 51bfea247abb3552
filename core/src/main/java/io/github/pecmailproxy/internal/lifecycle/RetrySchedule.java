package io.github.pecmailproxy.internal.lifecycle;

import io.github.pecmailproxy.message.InvalidValueException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** When to try again after a transmission that did not succeed. Immutable; as thread-safe as its random generator. */
public final class RetrySchedule {
    private static final double JITTER = 0.2;

    private final List<Duration> delays;
    private final RandomGenerator random;

    /**
     * Creates a schedule.
     *
     * @param delays the time to wait after the first, second, … attempt; when they are used up the message fails
     * @param random spreads the attempts of many messages: every wait is lengthened by up to a fifth
     */
    public RetrySchedule(List<Duration> delays, RandomGenerator random) {
        for (Duration delay : delays) {
            if (delay.isNegative() || delay.isZero()) {
                throw new InvalidValueException("retry_delays", "contains " + delay + ", must be positive");
            }
        }
        this.delays = List.copyOf(delays);
        this.random = random;
    }

    /** Returns how long to wait after an attempt, counted from 1; empty when there will be no other. */
    Optional<Duration> delayAfter(int attempt) {
        if (attempt > delays.size()) {
            return Optional.empty();
        }
        Duration delay = delays.get(Math.max(attempt, 1) - 1);
        return Optional.of(delay.plusMillis((long) (delay.toMillis() * JITTER * random.nextDouble())));
    }
}
