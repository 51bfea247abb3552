package io.github.pecmailproxy.internal.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.lifecycle.MaximumAge;
import io.github.pecmailproxy.internal.lifecycle.RetrySchedule;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.contract.BytesContent;
import io.github.pecmailproxy.testing.FakeSender;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of one leased message. */
class TransmitterTest {
    private static final Duration WEEK = Duration.ofDays(7);

    private final SettableClock clock = new SettableClock();
    private final FakeSender sender = new FakeSender();
    private final AccountSource accounts = () -> List.of(Samples.pecAccount());
    private final Transmitter transmitter = new Transmitter(
            accounts,
            sender,
            new TransmissionRules(
                    new RetrySchedule(List.of(Duration.ofMinutes(1), Duration.ofMinutes(5)), () -> 0L),
                    new MaximumAge(WEEK)),
            new SuspendedAccounts(new FakeStore(clock), accounts, clock),
            new Alarm(event -> {}),
            clock);

    @Test
    void sendsNothingThatWaitedForTooLong() {
        TrackedMessage waiting = Samples.pecMessage("m1", "anna@pec.example");
        clock.advance(WEEK);

        TrackedMessage ended = transmit(waiting);

        assertThat(ended.state()).isEqualTo(MessageState.FAILED);
        assertThat(ended.lastError()).startsWith("not sent within");
        assertThat(sender.transmissions()).isEmpty();
    }

    @Test
    void sendsWhatWaitedForLessAndWhatAnEarlierAttemptMayHaveDelivered() {
        TrackedMessage waiting = Samples.pecMessage("m1", "anna@pec.example");
        clock.advance(WEEK.minusMillis(1));
        assertThat(transmit(waiting).state()).isEqualTo(MessageState.SENT);

        clock.advance(WEEK);
        TrackedMessage doubted = waiting.next().doubtSince(Samples.NOW).build();
        assertThat(transmit(doubted).state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void failsAMessageThatCanNeverBeSentWithItsReasonAfterItsAttempts() {
        sender.answer(transmission ->
                new SendOutcome.NotSent(SmtpPhase.MAIL, "the stored message cannot be opened: it is damaged"));
        TrackedMessage message = Samples.pecMessage("m1", "anna@pec.example");
        int attempts = 0;
        while (!message.isFinished()) {
            message = transmit(message);
            attempts++;
            boolean waits = message.state() == MessageState.DEFERRED;
            assertThat(waits).isEqualTo(attempts < 3);
            if (waits) {
                assertThat(message.dueAt()).isAfter(clock.instant());
                clock.advance(Duration.between(clock.instant(), message.dueAt()));
            }
        }

        assertThat(attempts).isEqualTo(3);
        assertThat(message.state()).isEqualTo(MessageState.FAILED);
        assertThat(message.lastError()).contains("after 3 attempts").contains("it is damaged");
    }

    private TrackedMessage transmit(TrackedMessage waiting) {
        TrackedMessage leased = Samples.leased(waiting, clock.instant().plusSeconds(60));
        return transmitter
                .transmit(new LeasedMessage(leased, BytesContent.of("body")))
                .change()
                .message();
    }
}
