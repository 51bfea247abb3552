package io.github.pecmailproxy.internal.lifecycle;

import static io.github.pecmailproxy.testing.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.UncertainDelivery;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.smtp.RefusedRecipient;
import io.github.pecmailproxy.smtp.RetryReason;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpReply;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.testing.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the end of a transmission makes of a message. */
class TransmissionRulesTest {
    private static final SmtpReply OK = new SmtpReply(250, "2.0.0", "250 2.0.0 accepted as 4711");
    private static final SmtpReply BUSY = new SmtpReply(451, "4.3.0", "451 4.3.0 try later");
    private static final SmtpReply GREY = new SmtpReply(450, "4.2.0", "450 4.2.0 Greylisted, see the manual");
    private static final SmtpReply LIMITED = new SmtpReply(421, "4.7.28", "421 4.7.28 slow down");
    private static final SmtpReply FULL = new SmtpReply(452, "4.2.2", "452 4.2.2 mailbox full");
    private static final SmtpReply UNKNOWN_USER = new SmtpReply(550, "5.1.1", "550 5.1.1 no such user");
    private static final SmtpReply BAD_LOGIN = new SmtpReply(535, "5.7.8", "535 5.7.8 bad login");
    private static final SendOutcome.Accepted ACCEPTED = new SendOutcome.Accepted(OK, List.of());
    private static final Instant LATER = NOW.plusSeconds(5);

    private final MailAccount pec = Samples.pecAccount();
    private final MailAccount ordinary = Samples.ordinaryAccount();
    private final TransmissionRules rules = new TransmissionRules(new RetrySchedule(
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(5)), RetryScheduleTest.Draws.always(0)));

    // ---- accepted

    @Test
    void pecMessageThatWasAcceptedIsSentAndItsRecipientsArePending() {
        TrackedMessage after = settled(pecSending(), ACCEPTED, pec).message();
        assertThat(after.state()).isEqualTo(MessageState.SENT);
        assertThat(after.sentAt()).isEqualTo(LATER);
        assertThat(after.recipients()).allMatch(one -> one.state() == RecipientState.PENDING);
    }

    @Test
    void pecMessageThatWasAcceptedIsLookedAtAgainWhenItsAcceptanceIsOverdue() {
        assertThat(settled(pecSending(), ACCEPTED, pec).message().deadline())
                .isEqualTo(LATER.plus(pec.acceptanceTimeout()));
    }

    @Test
    void sentEventKeepsTheServersReply() {
        NewEvent sent = only(settled(pecSending(), ACCEPTED, pec));
        assertThat(sent.type()).isEqualTo(EventType.SENT);
        assertThat(sent.data().text("smtp_response")).contains(OK.text());
        assertThat(sent.data().text("smtp_code")).contains("250");
        assertThat(sent.data().text("smtp_status")).contains("2.0.0");
        assertThat(sent.data().text("attempt")).contains("1");
    }

    @Test
    void ordinaryMessageThatWasAcceptedIsFinished() {
        TrackedMessage after =
                settled(ordinarySending("a@x.example"), ACCEPTED, ordinary).message();
        assertThat(after.state()).isEqualTo(MessageState.SENT);
        assertThat(state(after, "a@x.example")).isEqualTo(RecipientState.SENT);
        assertThat(after.deadline()).isNull();
        assertThat(after.isFinished()).isTrue();
    }

    @Test
    void earlierErrorIsForgottenOnceTheMessageIsAccepted() {
        TrackedMessage before = again(settled(pecSending(), notSent(), pec).message());
        assertThat(settled(before, ACCEPTED, pec).message().lastError()).isNull();
    }

    // ---- another wait for each reason

    @Test
    void waitsForTheReasonThatTheAttemptFailedOf() {
        TransmissionRules byReason = new TransmissionRules(new RetrySchedule(
                List.of(Duration.ofMinutes(1)),
                Map.of(
                        RetryReason.NO_CONNECTION, List.of(Duration.ofMinutes(2)),
                        RetryReason.GREYLISTED, List.of(Duration.ofMinutes(3)),
                        RetryReason.RATE_LIMITED, List.of(Duration.ofMinutes(4))),
                RetryScheduleTest.Draws.always(0)));
        Map<SendOutcome, Duration> expected = Map.of(
                refusedAs(BUSY), Duration.ofMinutes(1),
                notSent(), Duration.ofMinutes(2),
                refusedAs(GREY), Duration.ofMinutes(3),
                refusedAs(LIMITED), Duration.ofMinutes(4));
        expected.forEach((outcome, wait) -> assertThat(byReason.settled(pecSending(), outcome, pec, LATER)
                        .message()
                        .dueAt())
                .as(outcome.toString())
                .isEqualTo(LATER.plus(wait)));
    }

    @Test
    void waitsForTheLongestOfTheReasonsOfSeveralRecipients() {
        TransmissionRules byReason = new TransmissionRules(new RetrySchedule(
                List.of(Duration.ofMinutes(1)),
                Map.of(RetryReason.GREYLISTED, List.of(Duration.ofMinutes(3))),
                RetryScheduleTest.Draws.always(0)));
        SendOutcome partly = new SendOutcome.Accepted(
                OK, List.of(new RefusedRecipient("b@x.example", GREY), new RefusedRecipient("c@x.example", BUSY)));
        assertThat(byReason.settled(
                                ordinarySending("a@x.example", "b@x.example", "c@x.example"), partly, ordinary, LATER)
                        .message()
                        .dueAt())
                .isEqualTo(LATER.plus(Duration.ofMinutes(3)));
    }

    private static SendOutcome refusedAs(SmtpReply reply) {
        return new SendOutcome.Refused(SmtpPhase.RCPT, reply, List.of());
    }

    // ---- partly refused, ordinary accounts

    @Test
    void recipientRefusedForGoodFailsWhileTheOthersAreSent() {
        MessageChange change = settled(
                ordinarySending("a@x.example", "b@x.example"), acceptedExcept("b@x.example", UNKNOWN_USER), ordinary);
        assertThat(change.message().state()).isEqualTo(MessageState.SENT);
        assertThat(state(change.message(), "a@x.example")).isEqualTo(RecipientState.SENT);
        assertThat(state(change.message(), "b@x.example")).isEqualTo(RecipientState.FAILED);
        assertThat(types(change)).containsExactly(EventType.SENT, EventType.ERROR);
        assertThat(change.events().get(1).data().text("recipient")).contains("b@x.example");
        assertThat(change.events().get(1).data().text("error")).contains(UNKNOWN_USER.text());
    }

    @Test
    void recipientRefusedForNowIsTriedAgainAlone() {
        MessageChange change =
                settled(ordinarySending("a@x.example", "b@x.example"), acceptedExcept("b@x.example", FULL), ordinary);
        assertThat(change.message().state()).isEqualTo(MessageState.DEFERRED);
        assertThat(change.message().dueAt()).isEqualTo(LATER.plus(Duration.ofMinutes(1)));
        assertThat(TransmissionRules.recipientsToSendTo(change.message())).containsExactly("b@x.example");
        assertThat(types(change)).containsExactly(EventType.SENT, EventType.DEFERRED);
    }

    @Test
    void recipientRefusedForNowAtTheLastAttemptFails() {
        TrackedMessage last = lastAttempt(ordinarySending("a@x.example", "b@x.example"));
        MessageChange change = settled(last, acceptedExcept("b@x.example", FULL), ordinary);
        assertThat(change.message().state()).isEqualTo(MessageState.SENT);
        assertThat(state(change.message(), "b@x.example")).isEqualTo(RecipientState.FAILED);
    }

    @Test
    void secondPartialTransmissionKeepsTheTimeOfTheFirst() {
        TrackedMessage first = again(
                settled(ordinarySending("a@x.example", "b@x.example"), acceptedExcept("b@x.example", FULL), ordinary)
                        .message());
        TrackedMessage second =
                rules.settled(first, ACCEPTED, ordinary, LATER.plusSeconds(60)).message();
        assertThat(second.sentAt()).isEqualTo(LATER);
        assertThat(second.recipients()).allMatch(one -> one.state() == RecipientState.SENT);
    }

    @Test
    void partlySentMessageWhoseRestFailsStaysSentAndSaysWhoFailed() {
        TrackedMessage rest = again(
                settled(ordinarySending("a@x.example", "b@x.example"), acceptedExcept("b@x.example", FULL), ordinary)
                        .message());
        MessageChange change = settled(rest, refused(UNKNOWN_USER, "b@x.example"), ordinary);
        assertThat(change.message().state()).isEqualTo(MessageState.SENT);
        assertThat(state(change.message(), "a@x.example")).isEqualTo(RecipientState.SENT);
        assertThat(state(change.message(), "b@x.example")).isEqualTo(RecipientState.FAILED);
        // An error that names no recipient would say of the whole message that it failed.
        assertThat(change.events())
                .allSatisfy(event -> assertThat(event.data().text("recipient")).contains("b@x.example"));
        assertThat(types(change)).containsExactly(EventType.ERROR);
    }

    @Test
    void partlySentMessageThatIsGivenUpSaysWhoDidNotGetIt() {
        TrackedMessage rest = lastAttempt(again(
                settled(ordinarySending("a@x.example", "b@x.example"), acceptedExcept("b@x.example", FULL), ordinary)
                        .message()));
        MessageChange change = settled(rest, notSent(), ordinary);
        assertThat(change.message().state()).isEqualTo(MessageState.SENT);
        assertThat(types(change)).containsExactly(EventType.ERROR);
        assertThat(only(change).data().text("recipient")).contains("b@x.example");
    }

    @Test
    void recipientRefusedForGoodIsNotOfferedAgainWithThoseRefusedForNow() {
        SendOutcome.Refused mixed = new SendOutcome.Refused(
                SmtpPhase.RCPT,
                FULL,
                List.of(new RefusedRecipient("a@x.example", UNKNOWN_USER), new RefusedRecipient("b@x.example", FULL)));
        MessageChange change = settled(ordinarySending("a@x.example", "b@x.example"), mixed, ordinary);
        assertThat(change.message().state()).isEqualTo(MessageState.DEFERRED);
        assertThat(state(change.message(), "a@x.example")).isEqualTo(RecipientState.FAILED);
        assertThat(TransmissionRules.recipientsToSendTo(change.message())).containsExactly("b@x.example");
        assertThat(types(change)).containsExactly(EventType.ERROR, EventType.DEFERRED);
    }

    // ---- refused

    @Test
    void messageRefusedForNowIsDeferredByTheSchedule() {
        MessageChange change = settled(pecSending(), refused(BUSY), pec);
        assertThat(change.message().state()).isEqualTo(MessageState.DEFERRED);
        assertThat(change.message().dueAt()).isEqualTo(LATER.plus(Duration.ofMinutes(1)));
        assertThat(change.message().deadline()).isNull();
        assertThat(change.message().lastError()).isEqualTo(BUSY.text());
        NewEvent deferred = only(change);
        assertThat(deferred.type()).isEqualTo(EventType.DEFERRED);
        assertThat(deferred.data().text("reason")).contains(BUSY.text());
        assertThat(deferred.data().text("due_ts"))
                .contains(String.valueOf(LATER.plusSeconds(60).getEpochSecond()));
    }

    @Test
    void messageRefusedForGoodFailsAtOnce() {
        MessageChange change = settled(pecSending(), refused(UNKNOWN_USER), pec);
        assertThat(change.message().state()).isEqualTo(MessageState.FAILED);
        assertThat(change.message().recipients()).allMatch(one -> one.state() == RecipientState.FAILED);
        assertThat(change.message().isFinished()).isTrue();
        assertThat(only(change).type()).isEqualTo(EventType.ERROR);
    }

    @Test
    void allRecipientsRefusedForGoodAreNotTriedAgain() {
        MessageChange change = settled(
                ordinarySending("a@x.example", "b@x.example"),
                refused(UNKNOWN_USER, "a@x.example", "b@x.example"),
                ordinary);
        assertThat(change.message().state()).isEqualTo(MessageState.FAILED);
        assertThat(change.message().recipients())
                .allSatisfy(one -> assertThat(one.reason()).isEqualTo("refused"));
        assertThat(types(change)).containsOnly(EventType.ERROR);
    }

    @Test
    void pecMessageWithOneRecipientRefusedForGoodFailsAsAWhole() {
        SendOutcome.Refused mixed = new SendOutcome.Refused(
                SmtpPhase.RCPT,
                FULL,
                List.of(
                        new RefusedRecipient("anna@pec.example", FULL),
                        new RefusedRecipient("carla@pec.example", UNKNOWN_USER)));
        MessageChange change = settled(pecSending(), mixed, pec);
        assertThat(change.message().state()).isEqualTo(MessageState.FAILED);
        assertThat(change.message().lastError()).isEqualTo(UNKNOWN_USER.text());
    }

    @Test
    void recipientNobodyRefusedIsNotSentWhenTheMessageFails() {
        MessageChange change = settled(pecSending(), refused(UNKNOWN_USER, "carla@pec.example"), pec);
        assertThat(change.message().recipient("anna@pec.example").orElseThrow().reason())
                .isEqualTo("not_sent");
        assertThat(change.message().recipient("carla@pec.example").orElseThrow().reason())
                .isEqualTo("refused");
    }

    @ParameterizedTest
    @EnumSource(
            value = SmtpPhase.class,
            names = {"FINAL_DOT"},
            mode = EnumSource.Mode.EXCLUDE)
    void messageThatWasNotSentIsDeferredWhateverThePhase(SmtpPhase phase) {
        MessageChange change = settled(pecSending(), new SendOutcome.NotSent(phase, "connection lost"), pec);
        assertThat(change.message().state()).isEqualTo(MessageState.DEFERRED);
        assertThat(only(change).data().text("phase")).contains(phase.wireName());
    }

    @Test
    void messageFailsWhenItsAttemptsAreUsedUp() {
        MessageChange change = settled(lastAttempt(pecSending()), notSent(), pec);
        assertThat(change.message().state()).isEqualTo(MessageState.FAILED);
        assertThat(only(change).type()).isEqualTo(EventType.ERROR);
        assertThat(change.message().lastError()).startsWith("given up after 3 attempts: ");
    }

    // ---- the account is at fault

    @Test
    void refusedAccountCostsTheMessageNoAttempt() {
        MessageChange change = settled(pecSending(), new SendOutcome.AccountRefused(SmtpPhase.AUTH, BAD_LOGIN), pec);
        assertThat(change.message().state()).isEqualTo(MessageState.DEFERRED);
        assertThat(change.message().attempts()).isZero();
        assertThat(only(change).type()).isEqualTo(EventType.DEFERRED);
    }

    @Test
    void missingAccountCostsTheMessageNoAttempt() {
        MessageChange change = rules.accountMissing(pecSending(), Duration.ofMinutes(5), LATER);
        assertThat(change.message().state()).isEqualTo(MessageState.DEFERRED);
        assertThat(change.message().attempts()).isZero();
        assertThat(change.message().dueAt()).isEqualTo(LATER.plus(Duration.ofMinutes(5)));
    }

    // ---- leases given back

    @Test
    void firstLeaseGivenBackLeavesTheMessageAsItWas() {
        MessageChange change = rules.released(pecSending());
        assertThat(change.message().state()).isEqualTo(MessageState.QUEUED);
        assertThat(change.message().attempts()).isZero();
        assertThat(change.message().deadline()).isNull();
        assertThat(change.events()).isEmpty();
    }

    @Test
    void laterLeaseGivenBackLeavesTheMessageDeferred() {
        TrackedMessage second = again(settled(pecSending(), notSent(), pec).message());
        MessageChange change = rules.released(second);
        assertThat(change.message().state()).isEqualTo(MessageState.DEFERRED);
        assertThat(change.message().attempts()).isEqualTo(1);
    }

    @Test
    void impossibleMessageFailsWithItsReason() {
        MessageChange change = rules.impossible(pecSending(), "no way", LATER);
        assertThat(change.message().state()).isEqualTo(MessageState.FAILED);
        assertThat(only(change).data().text("error")).contains("no way");
    }

    // ---- in doubt

    @Test
    void unknownOutcomeIsADoubtAndNeverARetry() {
        MessageChange change = settled(pecSending(), new SendOutcome.Unknown("cut after the final dot"), pec);
        assertThat(change.message().state()).isEqualTo(MessageState.IN_DOUBT);
        assertThat(change.message().sentAt()).isNull();
        assertThat(only(change).type()).isEqualTo(EventType.IN_DOUBT);
        assertThat(only(change).data().text("reason")).contains("cut after the final dot");
    }

    @Test
    void leaseThatEndedIsADoubt() {
        MessageChange change = rules.leaseEnded(pecSending(), pec, LATER);
        assertThat(change.message().state()).isEqualTo(MessageState.IN_DOUBT);
        assertThat(change.message().attempts()).isEqualTo(1);
    }

    @Test
    void doubtIsDecidedAfterTheAcceptanceTimeoutAndLookedAtBefore() {
        TrackedMessage doubt = inDoubt();
        assertThat(doubt.dueAt()).isEqualTo(LATER.plus(pec.acceptanceTimeout()));
        assertThat(doubt.deadline()).isEqualTo(LATER.plus(TransmissionRules.DOUBT_CHECK_INTERVAL));
    }

    @Test
    void doubtWithAShortTimeoutIsNotLookedAtLaterThanItIsDecided() {
        MailAccount hasty =
                Samples.pec("pec").acceptanceTimeout(Duration.ofSeconds(10)).build();
        TrackedMessage doubt =
                settled(pecSending(), new SendOutcome.Unknown("cut"), hasty).message();
        assertThat(doubt.deadline()).isEqualTo(LATER.plusSeconds(10));
    }

    @Test
    void doubtIsLookedAtEveryMinuteUntilItIsDecided() {
        MessageChange change = rules.stillInDoubt(inDoubt(), LATER.plusSeconds(60));
        assertThat(change.message().deadline()).isEqualTo(LATER.plusSeconds(120));
        assertThat(change.message().state()).isEqualTo(MessageState.IN_DOUBT);
        assertThat(change.events()).isEmpty();
    }

    @Test
    void lastLookAtADoubtIsAtTheTimeOfTheDecision() {
        Instant decision = LATER.plus(pec.acceptanceTimeout());
        assertThat(rules.stillInDoubt(inDoubt(), decision.minusSeconds(20))
                        .message()
                        .deadline())
                .isEqualTo(decision);
    }

    @Test
    void doubtThatIsOverdueIsLookedAtAgainInAMinute() {
        Instant past = LATER.plus(pec.acceptanceTimeout()).plusSeconds(1);
        assertThat(rules.stillInDoubt(inDoubt(), past).message().deadline()).isEqualTo(past.plusSeconds(60));
    }

    @Test
    void unresolvedDoubtIsSentAgainWhereThePolicySaysSo() {
        MessageChange change = rules.doubtUnresolved(inDoubt(), UncertainDelivery.RESEND, LATER);
        assertThat(change.message().state()).isEqualTo(MessageState.DEFERRED);
        assertThat(change.message().dueAt()).isEqualTo(LATER);
        assertThat(change.message().messageId()).isEqualTo(inDoubt().messageId());
        assertThat(only(change).type()).isEqualTo(EventType.DEFERRED);
        assertThat(only(change).data().text("resend")).contains("true");
    }

    @Test
    void unresolvedDoubtIsHeldWhereThePolicySaysSo() {
        MessageChange change = rules.doubtUnresolved(inDoubt(), UncertainDelivery.HOLD, LATER);
        assertThat(change.message().state()).isEqualTo(MessageState.IN_DOUBT);
        assertThat(change.message().deadline()).isNull();
        assertThat(only(change).type()).isEqualTo(EventType.IN_DOUBT);
        assertThat(only(change).data().text("held")).contains("true");
    }

    @Test
    void unresolvedDoubtIsHeldWhenTheAttemptsAreUsedUp() {
        TrackedMessage doubt = settled(lastAttempt(pecSending()), new SendOutcome.Unknown("cut"), pec)
                .message();
        MessageChange change = rules.doubtUnresolved(doubt, UncertainDelivery.RESEND, LATER);
        assertThat(change.message().state()).isEqualTo(MessageState.IN_DOUBT);
    }

    @Test
    void doubtIsResolvedByWhatTheMailboxHolds() {
        MessageChange change = rules.foundInMailbox(inDoubt(), pec, LATER.plusSeconds(60));
        assertThat(change.message().state()).isEqualTo(MessageState.SENT);
        assertThat(change.message().deadline()).isEqualTo(LATER.plusSeconds(60).plus(pec.acceptanceTimeout()));
        assertThat(only(change).data().text("resolved_by")).contains("mailbox");
    }

    @Test
    void ordinaryMessageFoundInTheMailboxIsFinished() {
        TrackedMessage doubt = settled(ordinarySending("a@x.example"), new SendOutcome.Unknown("cut"), ordinary)
                .message();
        assertThat(rules.foundInMailbox(doubt, ordinary, LATER).message().isFinished())
                .isTrue();
    }

    // ---- accepted after the lease was lost

    @Test
    void lateAcceptanceResolvesTheDoubtThatFollowed() {
        MessageChange change = late(inDoubt(), 1, ACCEPTED, pec).orElseThrow();
        assertThat(change.message().state()).isEqualTo(MessageState.SENT);
        assertThat(only(change).data().text("resolved_by")).contains("late_reply");
        assertThat(only(change).data().text("smtp_response")).contains(OK.text());
    }

    @Test
    void lateAcceptanceStopsTheResendThatHasNotBegun() {
        TrackedMessage toResend = rules.doubtUnresolved(inDoubt(), UncertainDelivery.RESEND, LATER)
                .message();
        assertThat(late(toResend, 1, ACCEPTED, pec).orElseThrow().message().state())
                .isEqualTo(MessageState.SENT);
    }

    @Test
    void lateAcceptanceChangesNothingOnceAnotherTransmissionWasBegun() {
        TrackedMessage resent = again(rules.doubtUnresolved(inDoubt(), UncertainDelivery.RESEND, LATER)
                .message());
        assertThat(late(resent, 1, ACCEPTED, pec)).isEmpty();
        TrackedMessage doubtAgain =
                settled(resent, new SendOutcome.Unknown("cut again"), pec).message();
        assertThat(late(doubtAgain, 1, ACCEPTED, pec)).isEmpty();
    }

    @Test
    void lateAcceptanceChangesNothingWhenTheMessageIsKnownToBeSent() {
        TrackedMessage sent = rules.foundInMailbox(inDoubt(), pec, LATER).message();
        assertThat(late(sent, 1, ACCEPTED, pec)).isEmpty();
    }

    @Test
    void latePartialAcceptanceSendsNothingAgainToThoseWhoGotIt() {
        TrackedMessage doubt = settled(
                        ordinarySending("a@x.example", "b@x.example"), new SendOutcome.Unknown("cut"), ordinary)
                .message();
        TrackedMessage after = late(doubt, 1, acceptedExcept("b@x.example", FULL), ordinary)
                .orElseThrow()
                .message();
        assertThat(state(after, "a@x.example")).isEqualTo(RecipientState.SENT);
        assertThat(TransmissionRules.recipientsToSendTo(after)).containsExactly("b@x.example");
        assertThat(after.state()).isEqualTo(MessageState.DEFERRED);
    }

    // ---- always

    @Test
    void everyChangeIsTheNextVersion() {
        TrackedMessage sending = pecSending();
        assertThat(List.of(
                        settled(sending, ACCEPTED, pec),
                        settled(sending, notSent(), pec),
                        settled(sending, refused(BUSY), pec),
                        settled(sending, refused(UNKNOWN_USER), pec),
                        settled(sending, new SendOutcome.Unknown("cut"), pec),
                        settled(sending, new SendOutcome.AccountRefused(SmtpPhase.AUTH, BAD_LOGIN), pec),
                        rules.released(sending),
                        rules.leaseEnded(sending, pec, LATER),
                        rules.impossible(sending, "no", LATER),
                        rules.accountMissing(sending, Duration.ofMinutes(1), LATER)))
                .allSatisfy(change -> assertThat(change.expectedVersion()).isEqualTo(sending.version()));
    }

    private Optional<MessageChange> late(
            TrackedMessage message, int attempt, SendOutcome.Accepted accepted, MailAccount account) {
        return rules.acceptedLate(message, attempt, accepted, account, LATER.plusSeconds(90));
    }

    private MessageChange settled(TrackedMessage sending, SendOutcome outcome, MailAccount account) {
        return rules.settled(sending, outcome, account, LATER);
    }

    private TrackedMessage inDoubt() {
        return settled(pecSending(), new SendOutcome.Unknown("cut"), pec).message();
    }

    private static TrackedMessage pecSending() {
        return again(Samples.pecMessage("m1", "anna@pec.example", "carla@pec.example"));
    }

    private static TrackedMessage ordinarySending(String... recipients) {
        return again(Samples.ordinaryMessage("m1", recipients));
    }

    private static TrackedMessage again(TrackedMessage waiting) {
        return Samples.leased(waiting, LATER.plusSeconds(60));
    }

    private static TrackedMessage lastAttempt(TrackedMessage sending) {
        return sending.next().attempts(3).build();
    }

    private static SendOutcome.Accepted acceptedExcept(String recipient, SmtpReply reply) {
        return new SendOutcome.Accepted(OK, List.of(new RefusedRecipient(recipient, reply)));
    }

    private static SendOutcome.Refused refused(SmtpReply reply, String... recipients) {
        return new SendOutcome.Refused(
                recipients.length == 0 ? SmtpPhase.MAIL : SmtpPhase.RCPT,
                reply,
                List.of(recipients).stream()
                        .map(address -> new RefusedRecipient(address, reply))
                        .toList());
    }

    private static SendOutcome.NotSent notSent() {
        return new SendOutcome.NotSent(SmtpPhase.CONNECT, "connection refused");
    }

    private static RecipientState state(TrackedMessage message, String address) {
        return message.recipient(address).orElseThrow().state();
    }

    private static List<EventType> types(MessageChange change) {
        return change.events().stream().map(NewEvent::type).toList();
    }

    private static NewEvent only(MessageChange change) {
        assertThat(change.events()).hasSize(1);
        return change.events().get(0);
    }
}
