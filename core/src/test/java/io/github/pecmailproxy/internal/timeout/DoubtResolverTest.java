package io.github.pecmailproxy.internal.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.UncertainDelivery;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.imap.ReferenceSearch;
import io.github.pecmailproxy.internal.lifecycle.RetrySchedule;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How it is found out whether a message in doubt went out. */
class DoubtResolverTest {
    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final Alarms alarms = new Alarms();
    private final TransmissionRules rules =
            new TransmissionRules(new RetrySchedule(List.of(Duration.ofMinutes(1)), () -> 0L));
    private final List<String> asked = new ArrayList<>();
    private ReferenceSearch.Finding finding = ReferenceSearch.Finding.NOTHING;
    private Runnable whileAsking = () -> {};
    private List<MailAccount> accounts = List.of(Samples.pecAccount());
    private final DoubtResolver resolver = resolver();

    private DoubtResolver resolver() {
        AccountSource source = () -> accounts;
        ReferenceSearch search = (account, messageId) -> {
            asked.add(messageId);
            whileAsking.run();
            return finding;
        };
        return new DoubtResolver(store, source, search, rules, new Alarm(alarms), clock);
    }

    @Test
    void isResolvedByWhatTheMailboxHolds() {
        finding = ReferenceSearch.Finding.FOUND;
        resolver.resolve(doubt("m1"));
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
        assertThat(asked).containsExactly(Samples.messageId("m1"));
    }

    @Test
    void staysWhileThereIsTimeForAReceiptToCome() {
        resolver.resolve(doubt("m1"));
        assertThat(store.get("m1").state()).isEqualTo(MessageState.IN_DOUBT);
    }

    @Test
    void isSentAgainWhenTheTimeIsUpAndTheMailboxHoldsNothing() {
        TrackedMessage doubt = doubt("m1");
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        resolver.resolve(doubt);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.DEFERRED);
        assertThat(store.get("m1").messageId()).isEqualTo(doubt.messageId());
    }

    @Test
    void isHeldForAPersonWhereTheAccountSaysSo() {
        accounts = List.of(
                Samples.pec("pec").uncertainDelivery(UncertainDelivery.HOLD).build());
        TrackedMessage doubt = doubt("m1");
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        resolver.resolve(doubt);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.IN_DOUBT);
        assertThat(store.get("m1").deadline()).isNull();
        assertThat(alarms.of(OperationalEvent.DecisionNeeded.class)).hasSize(1);
    }

    @Test
    void isNeverSentAgainWhileTheMailboxCannotBeAsked() {
        finding = ReferenceSearch.Finding.NO_ANSWER;
        TrackedMessage doubt = doubt("m1");
        clock.advance(Duration.ofDays(2));
        resolver.resolve(doubt);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.IN_DOUBT);
    }

    @Test
    void mailboxThatGivesNoAnswerIsNotAskedForEveryDoubt() {
        finding = ReferenceSearch.Finding.NO_ANSWER;
        resolver.resolve(doubt("m1"));
        resolver.resolve(doubt("m2"));
        assertThat(asked).hasSize(1);
        clock.advance(TransmissionRules.DOUBT_CHECK_INTERVAL);
        resolver.resolve(doubt("m3"));
        assertThat(asked).hasSize(2);
    }

    @Test
    void doubtThatWaitedLongIsResolvedAsItIsNow() {
        TrackedMessage handedOn = doubt("m1");
        store.put(rules.stillInDoubt(handedOn, clock.instant()).message());
        finding = ReferenceSearch.Finding.FOUND;
        resolver.resolve(handedOn);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void mailboxIsNotAskedAboutADoubtThatIsNoneAnyMore() {
        TrackedMessage handedOn = doubt("m1");
        store.put(rules.foundInMailbox(handedOn, Samples.pecAccount(), clock.instant())
                .message());
        resolver.resolve(handedOn);
        assertThat(asked).isEmpty();
    }

    @Test
    void receiptThatIsRecordedDuringTheSearchWins() {
        TrackedMessage doubt = doubt("m1");
        clock.advance(Samples.pecAccount().acceptanceTimeout());
        whileAsking = () -> store.put(rules.foundInMailbox(doubt, Samples.pecAccount(), clock.instant())
                .message());
        resolver.resolve(doubt);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void messageThatWasDeletedMeanwhileIsNoTrouble() {
        TrackedMessage doubt = doubt("m1");
        store.remove(doubt.key());
        resolver.resolve(doubt);
        assertThat(asked).isEmpty();
    }

    @Test
    void doubtOfAMissingAccountStays() {
        accounts = List.of();
        resolver.resolve(doubt("m1"));
        assertThat(store.get("m1").state()).isEqualTo(MessageState.IN_DOUBT);
    }

    @Test
    void accountWithoutMailboxIsDecidedByItsPolicyAlone() {
        accounts = List.of(Samples.ordinaryAccount());
        TrackedMessage doubt = store.put(rules.leaseEnded(
                        Samples.leased(Samples.ordinaryMessage("m1", "a@x.example"), clock.instant()),
                        Samples.ordinaryAccount(),
                        clock.instant())
                .message());
        clock.advance(Samples.ordinaryAccount().acceptanceTimeout());
        resolver.resolve(doubt);
        assertThat(store.get("m1").state()).isEqualTo(MessageState.DEFERRED);
        assertThat(asked).isEmpty();
    }

    @Test
    void waitsOnceInTheQueueHoweverOftenItIsHandedOn() {
        DoubtQueue queue = new DoubtQueue();
        TrackedMessage first = doubt("m1");
        TrackedMessage second = doubt("m2");
        queue.accept(first);
        queue.accept(second);
        TrackedMessage later = first.next().build();
        queue.accept(later);
        assertThat(queue.next()).contains(later);
        assertThat(queue.next()).contains(second);
        assertThat(queue.next()).isEmpty();
    }

    private TrackedMessage doubt(String id) {
        return store.put(rules.leaseEnded(
                        Samples.leased(Samples.pecMessage(id, "anna@pec.example"), clock.instant()),
                        Samples.pecAccount(),
                        clock.instant())
                .message());
    }
}
