package io.github.pecmailproxy.internal.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.message.InvalidValueException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** When a message is tried again. */
class RetryScheduleTest {
    private static final List<Duration> DELAYS = List.of(Duration.ofMinutes(1), Duration.ofMinutes(5));

    @Test
    void waitsLongerAfterEveryAttempt() {
        RetrySchedule schedule = new RetrySchedule(DELAYS, Draws.always(0));
        assertThat(schedule.delayAfter(1)).contains(Duration.ofMinutes(1));
        assertThat(schedule.delayAfter(2)).contains(Duration.ofMinutes(5));
    }

    @Test
    void givesUpWhenTheDelaysAreUsedUp() {
        assertThat(new RetrySchedule(DELAYS, Draws.always(0)).delayAfter(3)).isEmpty();
    }

    @Test
    void takesAnAttemptThatWasNotCountedForTheFirst() {
        assertThat(new RetrySchedule(DELAYS, Draws.always(0)).delayAfter(0)).contains(Duration.ofMinutes(1));
    }

    @Test
    void lengthensAWaitByAtMostAFifthAndNeverShortensIt() {
        RetrySchedule schedule = new RetrySchedule(DELAYS, new Random(7));
        for (int draw = 0; draw < 1_000; draw++) {
            assertThat(schedule.delayAfter(1).orElseThrow()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(72));
        }
    }

    @Test
    void spreadsTheAttemptsOfManyMessages() {
        RetrySchedule schedule = new RetrySchedule(DELAYS, new Random(7));
        assertThat(schedule.delayAfter(1)).isNotEqualTo(schedule.delayAfter(1));
    }

    @Test
    void neverTriesAgainWithoutDelays() {
        assertThat(new RetrySchedule(List.of(), Draws.always(0)).delayAfter(1)).isEmpty();
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
