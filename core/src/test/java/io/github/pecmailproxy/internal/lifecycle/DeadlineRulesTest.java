package io.github.pecmailproxy.internal.lifecycle;

import static io.github.pecmailproxy.testing.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.testing.Samples;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the passing of time makes of a message whose receipts are awaited. */
class DeadlineRulesTest {
    private static final String ANNA = "anna@pec.example";
    private static final String CARLA = "carla@pec.example";

    private final MailAccount account = Samples.pecAccount();
    private final Instant acceptanceDue = NOW.plus(account.acceptanceTimeout());
    private final Instant deliveryDue = NOW.plus(account.deliveryTimeout());

    @Test
    void missingAcceptanceRaisesAnAlarm() {
        MessageChange change = overdue(sent(pending(ANNA)), acceptanceDue);
        assertThat(change.events()).hasSize(1);
        NewEvent event = change.events().get(0);
        assertThat(event.type()).isEqualTo(EventType.PEC_TIMEOUT);
        assertThat(event.data().fields()).containsOnlyKeys("stage").containsEntry("stage", "acceptance");
        assertThat(change.message().state()).isEqualTo(MessageState.SENT);
    }

    @Test
    void alarmForTheAcceptanceIsRaisedOnce() {
        TrackedMessage alarmed = overdue(sent(pending(ANNA)), acceptanceDue).message();
        assertThat(overdue(alarmed, acceptanceDue.plusSeconds(1)).events()).isEmpty();
    }

    @Test
    void nothingIsRaisedBeforeItsTime() {
        assertThat(overdue(sent(pending(ANNA)), acceptanceDue.minusMillis(1)).events())
                .isEmpty();
    }

    @Test
    void deliveryIsAwaitedAfterTheAlarmForTheAcceptance() {
        assertThat(overdue(sent(pending(ANNA)), acceptanceDue).message().deadline())
                .isEqualTo(deliveryDue);
    }

    @Test
    void missingDeliveryRaisesOneAlarmForEachRecipientThatIsOpen() {
        TrackedMessage message = accepted(
                in(ANNA, RecipientState.ACCEPTED),
                in(CARLA, RecipientState.DELIVERED),
                in("dora@pec.example", RecipientState.FAILED),
                in("elsa@pec.example", RecipientState.ACCEPTED));
        MessageChange change = overdue(message, deliveryDue);
        assertThat(change.events())
                .extracting(event -> event.data().text("recipient").orElseThrow())
                .containsExactly(ANNA, "elsa@pec.example");
        assertThat(change.events())
                .allSatisfy(event -> assertThat(event.data().text("stage")).contains("delivery"));
    }

    @Test
    void alarmForARecipientIsRaisedOnce() {
        TrackedMessage alarmed = overdue(accepted(in(ANNA, RecipientState.ACCEPTED)), deliveryDue)
                .message();
        assertThat(alarmed.deadline()).isNull();
        assertThat(overdue(alarmed, deliveryDue.plusSeconds(1)).events()).isEmpty();
    }

    @Test
    void externalRecipientsAreNotAwaited() {
        MessageChange change = overdue(accepted(in(ANNA, RecipientState.EXTERNAL)), deliveryDue);
        assertThat(change.events()).isEmpty();
        assertThat(change.message().deadline()).isNull();
    }

    @Test
    void delayedRecipientIsAwaitedSomeHoursLonger() {
        TrackedMessage message = accepted(in(ANNA, RecipientState.DELAYED), in(CARLA, RecipientState.ACCEPTED));
        MessageChange first = overdue(message, deliveryDue);
        assertThat(first.events())
                .extracting(event -> event.data().text("recipient").orElseThrow())
                .containsExactly(CARLA);
        assertThat(first.message().deadline()).isEqualTo(deliveryDue.plus(Deadlines.GRACE_AFTER_DELAY));
        MessageChange second = overdue(first.message(), deliveryDue.plus(Deadlines.GRACE_AFTER_DELAY));
        assertThat(second.events())
                .extracting(event -> event.data().text("recipient").orElseThrow())
                .containsExactly(ANNA);
    }

    @Test
    void bothStagesAreRaisedTogetherWhenNobodyLookedForDays() {
        assertThat(overdue(sent(pending(ANNA), pending(CARLA)), deliveryDue).events())
                .extracting(event -> event.data().text("stage").orElseThrow())
                .containsExactly("acceptance", "delivery", "delivery");
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageState.class,
            names = {"SENT", "ACCEPTED"},
            mode = EnumSource.Mode.EXCLUDE)
    void messageThatNeverLeftOrIsFinishedRaisesNothing(MessageState state) {
        TrackedMessage message = sent(pending(ANNA)).next().state(state).build();
        MessageChange change = overdue(message, deliveryDue.plusSeconds(1));
        assertThat(change.events()).isEmpty();
        assertThat(change.message().deadline()).isNull();
    }

    @Test
    void acceptedMessageRaisesNoAlarmForItsAcceptance() {
        assertThat(overdue(accepted(in(ANNA, RecipientState.ACCEPTED)), acceptanceDue)
                        .events())
                .isEmpty();
    }

    @Test
    void ordinaryMessageAwaitsNothing() {
        TrackedMessage ordinary = Samples.ordinaryMessage("m1", ANNA)
                .next()
                .state(MessageState.SENT)
                .sentAt(NOW)
                .build();
        MessageChange change = overdue(ordinary, deliveryDue);
        assertThat(change.events()).isEmpty();
        assertThat(change.message().deadline()).isNull();
    }

    // ---- a mailbox that cannot be read

    @Test
    void nothingIsRaisedForAMailboxThatWasNeverRead() {
        MessageChange change = DeadlineRules.overdue(sent(pending(ANNA)), account, Optional.empty(), acceptanceDue);
        assertThat(change.events()).isEmpty();
        assertThat(change.message().acceptanceOverdueAt()).isNull();
        assertThat(change.message().deadline()).isEqualTo(acceptanceDue.plus(DeadlineRules.LONGEST_RECHECK));
    }

    @Test
    void nothingIsRaisedForAMailboxThatWasNotReadUpToTheDeadline() {
        MessageChange change = DeadlineRules.overdue(
                accepted(in(ANNA, RecipientState.ACCEPTED)),
                account,
                Optional.of(deliveryDue.minusMillis(1)),
                deliveryDue.plusSeconds(10));
        assertThat(change.events()).isEmpty();
        assertThat(change.message().recipients().get(0).overdueAt()).isNull();
    }

    @ParameterizedTest(name = "read {0} ms ago: looked at again after {1} ms")
    @CsvSource({"1, 1000", "999, 1000", "2500, 2500", "59999, 59999", "60000, 60000", "7200000, 60000"})
    void deadlineIsLookedAtAgainSoonWhereTheMailboxWasReadAMomentAgo(long readAgo, long again) {
        Instant read = acceptanceDue.minusMillis(1);
        Instant now = read.plusMillis(readAgo);

        MessageChange change = DeadlineRules.overdue(sent(pending(ANNA)), account, Optional.of(read), now);

        assertThat(change.events()).isEmpty();
        assertThat(change.message().deadline()).isEqualTo(now.plusMillis(again));
    }

    @Test
    void alarmIsRaisedOnceTheMailboxWasReadUpToTheDeadline() {
        TrackedMessage rechecked = DeadlineRules.overdue(sent(pending(ANNA)), account, Optional.empty(), acceptanceDue)
                .message();
        assertThat(DeadlineRules.overdue(rechecked, account, Optional.of(acceptanceDue), acceptanceDue.plusSeconds(60))
                        .events())
                .hasSize(1);
    }

    @Test
    void stageThatCouldBeSeenIsRaisedWhileTheOtherWaits() {
        MessageChange change = DeadlineRules.overdue(
                sent(pending(ANNA)), account, Optional.of(acceptanceDue), deliveryDue.plusSeconds(1));
        assertThat(change.events())
                .extracting(event -> event.data().text("stage").orElseThrow())
                .containsExactly("acceptance");
        assertThat(change.message().acceptanceOverdueAt()).isNotNull();
        assertThat(change.message().deadline())
                .isEqualTo(deliveryDue.plusSeconds(1).plus(DeadlineRules.LONGEST_RECHECK));
    }

    @Test
    void everyLookIsTheNextVersion() {
        TrackedMessage message = sent(pending(ANNA));
        assertThat(overdue(message, acceptanceDue).expectedVersion()).isEqualTo(message.version());
        assertThat(DeadlineRules.overdue(message, account, Optional.empty(), acceptanceDue)
                        .expectedVersion())
                .isEqualTo(message.version());
    }

    private MessageChange overdue(TrackedMessage message, Instant now) {
        return DeadlineRules.overdue(message, account, Optional.of(now), now);
    }

    private static RecipientStatus pending(String address) {
        return in(address, RecipientState.PENDING);
    }

    private static RecipientStatus in(String address, RecipientState state) {
        return Samples.pecMessage("m1", address).recipients().get(0).become(state, null, null, NOW);
    }

    private TrackedMessage sent(RecipientStatus... recipients) {
        return message(MessageState.SENT, recipients);
    }

    private TrackedMessage accepted(RecipientStatus... recipients) {
        return message(MessageState.ACCEPTED, recipients);
    }

    private TrackedMessage message(MessageState state, RecipientStatus... recipients) {
        List<RecipientStatus> all = Arrays.asList(recipients);
        return Deadlines.set(
                Samples.pecMessage("m1").next().state(state).recipients(all).sentAt(NOW), account);
    }
}
