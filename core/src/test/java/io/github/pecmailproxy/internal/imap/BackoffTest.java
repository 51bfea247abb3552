package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(new Random(1));

    @Test
    void mailboxesThatFailedTogetherDoNotComeBackTogether() {
        Set<Duration> waits = IntStream.range(0, 500)
                .mapToObj(mailbox -> backoff.after(6, Kind.LOST))
                .collect(Collectors.toSet());

        assertThat(waits)
                .hasSizeGreaterThan(400)
                .allSatisfy(wait -> assertThat(wait)
                        .isBetween(Duration.ofSeconds(32).multipliedBy(4).dividedBy(5), Duration.ofMillis(38_400)));
    }

    @Test
    void noWaitIsLongerThanTheLongestAndItsShare() {
        assertThat(backoff.after(1_000_000, Kind.UNREACHABLE))
                .isBetween(
                        Backoff.LONGEST.multipliedBy(4).dividedBy(5),
                        Backoff.LONGEST.multipliedBy(6).dividedBy(5));
        assertThat(backoff.after(1_000_000, Kind.LOGIN_REFUSED))
                .isGreaterThanOrEqualTo(
                        Backoff.LONGEST_AFTER_REFUSED_LOGIN.multipliedBy(4).dividedBy(5));
    }
}
