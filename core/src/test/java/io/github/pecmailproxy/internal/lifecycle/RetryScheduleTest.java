package io.github.pecmailproxy.internal.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.smtp.RetryReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** When a message is tried again. */
class RetryScheduleTest {
    private static final List<Duration> DELAYS = List.of(Duration.ofMinutes(1), Duration.ofMinutes(5));

    @Test
    void waitsLongerAfterEveryAttempt() {
        RetrySchedule schedule = new RetrySchedule(DELAYS, Draws.always(0));
        assertThat(schedule.delayAfter(1, RetryReason.TRANSIENT)).contains(Duration.ofMinutes(1));
        assertThat(schedule.delayAfter(2, RetryReason.TRANSIENT)).contains(Duration.ofMinutes(5));
    }

    @Test
    void givesUpWhenTheDelaysAreUsedUp() {
        assertThat(new RetrySchedule(DELAYS, Draws.always(0)).delayAfter(3, RetryReason.TRANSIENT))
                .isEmpty();
    }

    @Test
    void takesAnAttemptThatWasNotCountedForTheFirst() {
        assertThat(new RetrySchedule(DELAYS, Draws.always(0)).delayAfter(0, RetryReason.TRANSIENT))
                .contains(Duration.ofMinutes(1));
    }

    @Test
    void lengthensAWaitByAtMostAFifthAndNeverShortensIt() {
        RetrySchedule schedule = new RetrySchedule(DELAYS, new Random(7));
        for (int draw = 0; draw < 1_000; draw++) {
            assertThat(schedule.delayAfter(1, RetryReason.TRANSIENT).orElseThrow())
                    .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(72));
        }
    }

    @Test
    void spreadsTheAttemptsOfManyMessages() {
        RetrySchedule schedule = new RetrySchedule(DELAYS, new Random(7));
        assertThat(schedule.delayAfter(1, RetryReason.TRANSIENT))
                .isNotEqualTo(schedule.delayAfter(1, RetryReason.TRANSIENT));
    }

    @Test
    void waitsForAReasonAsItsOwnDelaysSayAndForTheOthersAsAlways() {
        RetrySchedule schedule = new RetrySchedule(
                DELAYS, Map.of(RetryReason.RATE_LIMITED, List.of(Duration.ofHours(1))), Draws.always(0));
        assertThat(schedule.delayAfter(1, RetryReason.RATE_LIMITED)).contains(Duration.ofHours(1));
        assertThat(schedule.delayAfter(2, RetryReason.RATE_LIMITED)).isEmpty();
        assertThat(schedule.delayAfter(2, RetryReason.NO_CONNECTION)).contains(Duration.ofMinutes(5));
    }

    @Test
    void neverTriesAgainWithoutDelays() {
        assertThat(new RetrySchedule(List.of(), Draws.always(0)).delayAfter(1, RetryReason.TRANSIENT))
                .isEmpty();
    }

    @Test
    void refusesADelayThatIsNotPositive() {
        assertThatThrownBy(() -> new RetrySchedule(List.of(Duration.ZERO), Draws.always(0)))
                .isInstanceOfSatisfying(
                        InvalidValueException.class,
                        wrong -> assertThat(wrong.field()).isEqualTo("retry_delays"));
        assertThatThrownBy(() -> new RetrySchedule(List.of(Duration.ofSeconds(-1)), Draws.always(0)))
                .isInstanceOf(InvalidValueException.class);
    }

    /** A generator of one value. */
    static final class Draws {
        private Draws() {}

        static RandomGenerator always(long value) {
            return () -> value;
        }
    }
}
