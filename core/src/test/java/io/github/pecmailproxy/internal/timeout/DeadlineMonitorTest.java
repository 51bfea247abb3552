package io.github.pecmailproxy.internal.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.lifecycle.MaximumAge;
import io.github.pecmailproxy.internal.lifecycle.RetrySchedule;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is done about deadlines that have passed. */
class DeadlineMonitorTest {
    private static final String ANNA = "anna@pec.example";

    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final Alarms alarms = new Alarms();
    private final TransmissionRules rules =
            new TransmissionRules(new RetrySchedule(List.of(Duration.ofMinutes(1)), () -> 0L));
    private final List<TrackedMessage> doubts = new ArrayList<>();
    private List<MailAccount> accounts = List.of(Samples.pecAccount());
    private final DeadlineMonitor monitor = monitor();

    private DeadlineMonitor monitor() {
        AccountSource source = () -> accounts;
        return new DeadlineMonitor(store, source, rules, doubts::add, new Alarm(alarms), clock);
    }

    @Test
    void raisesTheAlarmForAMissingAcceptanceOnce() {
        sent("m1");
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        readMailbox("INBOX");
        assertThat(monitor.checkOnce()).isEqualTo(1);
        assertThat(monitor.checkOnce()).isZero();
        assertThat(events("m1")).containsExactly(EventType.PEC_TIMEOUT);
    }

    @Test
    void doesNothingBeforeADeadline() {
        sent("m1");
        clock.advance(Samples.pecAccount().acceptanceTimeout().minusMillis(1));
        readMailbox("INBOX");
        assertThat(monitor.checkOnce()).isZero();
    }

    @Test
    void raisesNothingForMessagesThatNeverLeft() {
        store.put(Samples.pecMessage("m1", ANNA));
        clock.advance(Duration.ofDays(3));
        readMailbox("INBOX");
        monitor.checkOnce();
        assertThat(events("m1")).isEmpty();
    }

    @Test
    void raisesNothingWhileTheMailboxIsBlindAndAllOfItAfterwards() {
        sent("m1");
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        monitor.checkOnce();
        assertThat(events("m1")).isEmpty();
        clock.advance(Duration.ofMinutes(1));
        readMailbox("INBOX");
        monitor.checkOnce();
        assertThat(events("m1")).containsExactly(EventType.PEC_TIMEOUT);
    }

    @Test
    void readsAReceiptInAnyFolderBeforeItRaisesAnAlarm() {
        accounts = List.of(Samples.pec("pec").folders("INBOX", "Ricevute").build());
        sent("m1");
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        readMailbox("INBOX");
        monitor.checkOnce();
        assertThat(events("m1")).isEmpty();
    }

    @Test
    void putsAMessageInDoubtWhoseSenderDoesNotReportBack() {
        store.put(Samples.leased(Samples.pecMessage("m1", ANNA), clock.instant()));
        monitor.checkOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.IN_DOUBT);
        assertThat(events("m1")).containsExactly(EventType.IN_DOUBT);
    }

    @Test
    void putsAMessageInDoubtThoughItsAccountIsGone() {
        accounts = List.of();
        store.put(Samples.leased(Samples.pecMessage("m1", ANNA), clock.instant()));
        monitor.checkOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.IN_DOUBT);
    }

    @Test
    void handsADoubtOnOnceForEachLook() {
        doubt("m1");
        clock.advance(TransmissionRules.DOUBT_CHECK_INTERVAL);
        monitor.checkOnce();
        monitor.checkOnce();
        assertThat(doubts).extracting(message -> message.key().id()).containsExactly("m1");
        clock.advance(TransmissionRules.DOUBT_CHECK_INTERVAL);
        monitor.checkOnce();
        assertThat(doubts).hasSize(2);
    }

    @Test
    void handsADoubtOnAsItIsInTheStore() {
        doubt("m1");
        clock.advance(TransmissionRules.DOUBT_CHECK_INTERVAL);
        monitor.checkOnce();
        assertThat(doubts.get(0)).isEqualTo(store.get("m1"));
    }

    @Test
    void leavesADoubtToTheNodeThatWasQuicker() {
        doubt("m1");
        clock.advance(TransmissionRules.DOUBT_CHECK_INTERVAL);
        store.before(operation -> {
            if (operation.equals("apply")) {
                store.put(rules.stillInDoubt(store.get("m1"), clock.instant()).message());
            }
        });
        assertThat(monitor.checkOnce()).isZero();
        assertThat(doubts).isEmpty();
    }

    @Test
    void dealsWithMoreThanOneBatch() {
        for (int i = 0; i < 450; i++) {
            sent("m" + i);
        }
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        readMailbox("INBOX");
        assertThat(monitor.checkOnce()).isEqualTo(450);
    }

    @Test
    void tellsOnceThatAnAccountIsMissingAndLooksAgainLater() {
        sent("m1");
        sent("m2");
        accounts = List.of();
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        monitor.checkOnce();
        monitor.checkOnce();
        assertThat(alarms.of(OperationalEvent.AccountMissing.class)).hasSize(1);
        assertThat(store.get("m1").deadline()).isAfter(clock.instant());
    }

    @Test
    void messageOfAMissingAccountHoldsUpNoOther() {
        store.put(Samples.leased(Samples.message(Samples.ordinaryAccount().key(), false, "m1", ANNA), clock.instant()));
        store.put(Samples.leased(Samples.pecMessage("m2", ANNA), clock.instant()));
        monitor.checkOnce();
        assertThat(store.get("m2").state()).isEqualTo(MessageState.IN_DOUBT);
    }

    @Test
    void messageThatNoRuleCanDealWithHoldsUpNoOther() {
        store.put(Samples.pecMessage("endless", ANNA)
                .next()
                .state(MessageState.SENT)
                .sentAt(Instant.MAX)
                .deadline(clock.instant())
                .build());
        sent("m2");
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        readMailbox("INBOX");

        assertThat(monitor.checkOnce()).isEqualTo(2);

        assertThat(events("m2")).containsExactly(EventType.PEC_TIMEOUT);
        assertThat(store.get("endless").deadline()).isAfter(clock.instant());
        assertThat(alarms.of(OperationalEvent.EngineTrouble.class)).hasSize(1);
    }

    @Test
    void changeThatTheStoreRefusesHoldsUpNoOther() {
        sent("m1");
        sent("m2");
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        readMailbox("INBOX");
        store.refuse(change -> change.message().key().id().equals("m1"));

        assertThat(monitor.checkOnce()).isEqualTo(1);

        assertThat(events("m1")).isEmpty();
        assertThat(events("m2")).containsExactly(EventType.PEC_TIMEOUT);
        assertThat(alarms.of(OperationalEvent.EngineTrouble.class)).hasSize(1);
    }

    private void sent(String id) {
        store.put(Samples.pecMessage(id, ANNA)
                .next()
                .state(MessageState.SENT)
                .sentAt(clock.instant())
                .deadline(clock.instant().plus(Samples.pecAccount().acceptanceTimeout()))
                .build());
    }

    private void doubt(String id) {
        store.put(rules.leaseEnded(
                        Samples.leased(Samples.pecMessage(id, ANNA), clock.instant()),
                        Samples.pecAccount(),
                        clock.instant())
                .message());
    }

    private void readMailbox(String folder) {
        store.put(new MailboxCursor(new MailboxKey(Samples.pecAccount().key(), folder), 1, 1, clock.instant()));
    }

    @Test
    void failsAMessageThatWaitedForTooLongWhateverHeldItBack() {
        store.put(Samples.pecMessage("m1", ANNA)
                .next()
                .deadline(clock.instant().plus(Duration.ofDays(2)))
                .build());
        store.suspend(
                new Suspension(new SuspensionScope.Account(Samples.pecAccount().key()), "holidays", clock.instant()));
        clock.advance(Duration.ofDays(2).minusMillis(1));
        assertThat(impatient().checkOnce()).isZero();
        clock.advance(Duration.ofHours(1));
        assertThat(impatient().checkOnce()).isEqualTo(1);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.FAILED);
        assertThat(store.get("m1").lastError()).isEqualTo("not sent within PT48H");
        assertThat(events("m1")).containsExactly(EventType.ERROR);
        assertThat(impatient().checkOnce()).isZero();
    }

    @Test
    void failsATooOldMessageWhoseAccountIsGone() {
        store.put(Samples.pecMessage("m1", ANNA)
                .next()
                .deadline(clock.instant().plus(Duration.ofDays(2)))
                .build());
        accounts = List.of();
        clock.advance(Duration.ofDays(3));
        impatient().checkOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.FAILED);
    }

    @Test
    void neverFailsAnOldMessageThatMayHaveArrived() {
        store.put(Samples.pecMessage("m1", ANNA)
                .next()
                .doubtSince(clock.instant())
                .state(MessageState.DEFERRED)
                .deadline(clock.instant().plus(Duration.ofDays(2)))
                .build());
        clock.advance(Duration.ofDays(3));
        impatient().checkOnce();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.DEFERRED);
        assertThat(store.get("m1").deadline()).isNull();
        assertThat(events("m1")).isEmpty();
    }

    @Test
    void keepsAnOldMessageWhenTheLimitWasLengthenedMeanwhile() {
        store.put(Samples.pecMessage("m1", ANNA)
                .next()
                .deadline(clock.instant().plus(Duration.ofDays(1)))
                .build());
        clock.advance(Duration.ofDays(1));
        impatient().checkOnce();
        TrackedMessage kept = store.get("m1");
        assertThat(kept.state()).isEqualTo(MessageState.QUEUED);
        assertThat(kept.deadline()).isEqualTo(kept.enqueuedAt().plus(Duration.ofDays(2)));
    }

    private DeadlineMonitor impatient() {
        TransmissionRules twoDays = new TransmissionRules(
                new RetrySchedule(List.of(Duration.ofMinutes(1)), () -> 0L), new MaximumAge(Duration.ofDays(2)));
        return new DeadlineMonitor(store, () -> accounts, twoDays, doubts::add, new Alarm(alarms), clock);
    }

    private List<EventType> events(String id) {
        return store.events(store.get(id).key()).stream()
                .map(MessageEvent::type)
                .toList();
    }
}
