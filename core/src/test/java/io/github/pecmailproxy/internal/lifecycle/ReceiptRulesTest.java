package io.github.pecmailproxy.internal.lifecycle;

import static io.github.pecmailproxy.testing.SampleReceipt.acceptance;
import static io.github.pecmailproxy.testing.SampleReceipt.delay;
import static io.github.pecmailproxy.testing.SampleReceipt.delivery;
import static io.github.pecmailproxy.testing.SampleReceipt.failure;
import static io.github.pecmailproxy.testing.SampleReceipt.rejection;
import static io.github.pecmailproxy.testing.SampleReceipt.timeout;
import static io.github.pecmailproxy.testing.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.BouncedRecipient;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.FailureReason;
import io.github.pecmailproxy.pec.ReceiptType;
import io.github.pecmailproxy.pec.RecipientType;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.testing.SampleReceipt;
import io.github.pecmailproxy.testing.Samples;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a receipt that counts makes of a message. */
class ReceiptRulesTest {
    private static final String ANNA = "anna@pec.example";
    private static final String CARLA = "carla@pec.example";
    private static final Instant READ = NOW.plusSeconds(60);

    private final MailAccount account = Samples.pecAccount();

    /** Receipts in the order in which they come, and where message and recipient stand afterwards. */
    static Stream<Arguments> transitions() {
        CertifiedReceipt accepted = acceptance("m1", ANNA).build();
        CertifiedReceipt delivered = delivery("m1", ANNA).build();
        CertifiedReceipt full = failure("m1", ANNA, FailureReason.MAILBOX_FULL, "5.2.2 - casella piena")
                .build();
        CertifiedReceipt unknown =
                failure("m1", ANNA, FailureReason.RECIPIENT_UNKNOWN, "5.1.1").build();
        CertifiedReceipt late = delay("m1", ANNA).build();
        CertifiedReceipt tooLate = timeout("m1", ANNA).build();
        CertifiedReceipt rejected = rejection("m1").build();
        CertifiedReceipt external = SampleReceipt.acceptance("m1")
                .lists(ANNA, RecipientType.EXTERNAL)
                .build();
        CertifiedReceipt relayed =
                SampleReceipt.of(ReceiptType.PRESA_IN_CARICO, "m1").build();
        MessageState sent = MessageState.SENT;
        MessageState acc = MessageState.ACCEPTED;
        MessageState rej = MessageState.REJECTED;
        return Stream.of(
                Arguments.of("acceptance", List.of(accepted), acc, RecipientState.ACCEPTED),
                Arguments.of("acceptance twice", List.of(accepted, accepted), acc, RecipientState.ACCEPTED),
                Arguments.of("delivery", List.of(accepted, delivered), acc, RecipientState.DELIVERED),
                Arguments.of("delivery before acceptance", List.of(delivered, accepted), acc, RecipientState.DELIVERED),
                Arguments.of("delivery without acceptance", List.of(delivered), acc, RecipientState.DELIVERED),
                Arguments.of("delivery twice", List.of(delivered, delivered), acc, RecipientState.DELIVERED),
                Arguments.of("failure", List.of(accepted, full), acc, RecipientState.FAILED),
                Arguments.of("failure before acceptance", List.of(full, accepted), acc, RecipientState.FAILED),
                Arguments.of("failure twice", List.of(full, unknown), acc, RecipientState.FAILED),
                Arguments.of("12 hour notice", List.of(accepted, late), acc, RecipientState.DELAYED),
                Arguments.of("12 hour notice before acceptance", List.of(late, accepted), acc, RecipientState.DELAYED),
                Arguments.of("12 hour notice alone", List.of(late), sent, RecipientState.DELAYED),
                Arguments.of(
                        "delivery after 12 hours", List.of(accepted, late, delivered), acc, RecipientState.DELIVERED),
                Arguments.of("12 hour notice after delivery", List.of(delivered, late), acc, RecipientState.DELIVERED),
                Arguments.of("12 hour notice after failure", List.of(full, late), acc, RecipientState.FAILED),
                Arguments.of("failure after 12 hours", List.of(accepted, late, full), acc, RecipientState.FAILED),
                Arguments.of("24 hour notice", List.of(accepted, tooLate), acc, RecipientState.FAILED),
                Arguments.of("both notices", List.of(accepted, late, tooLate), acc, RecipientState.FAILED),
                Arguments.of(
                        "delivery after 24 hours",
                        List.of(accepted, tooLate, delivered),
                        acc,
                        RecipientState.DELIVERED),
                Arguments.of(
                        "24 hour notice after delivery", List.of(delivered, tooLate), acc, RecipientState.DELIVERED),
                Arguments.of("non-acceptance", List.of(rejected), rej, RecipientState.FAILED),
                Arguments.of("non-acceptance twice", List.of(rejected, rejected), rej, RecipientState.FAILED),
                Arguments.of("external recipient", List.of(external), acc, RecipientState.EXTERNAL),
                Arguments.of("external after delivery", List.of(delivered, external), acc, RecipientState.DELIVERED),
                Arguments.of("delivery to external", List.of(external, delivered), acc, RecipientState.DELIVERED),
                Arguments.of("failure of external", List.of(external, full), acc, RecipientState.FAILED),
                Arguments.of("taken in charge", List.of(relayed), sent, RecipientState.PENDING),
                Arguments.of(
                        "taken in charge after acceptance", List.of(accepted, relayed), acc, RecipientState.ACCEPTED),
                Arguments.of("failure, then delivery", List.of(full, delivered), acc, RecipientState.CONFLICT),
                Arguments.of("delivery, then failure", List.of(delivered, full), acc, RecipientState.CONFLICT),
                Arguments.of(
                        "acceptance, then non-acceptance", List.of(accepted, rejected), acc, RecipientState.CONFLICT),
                Arguments.of(
                        "non-acceptance, then acceptance", List.of(rejected, accepted), rej, RecipientState.CONFLICT),
                Arguments.of(
                        "non-acceptance, then delivery", List.of(rejected, delivered), rej, RecipientState.CONFLICT),
                Arguments.of(
                        "conflict, then delivery", List.of(full, delivered, delivered), acc, RecipientState.CONFLICT),
                Arguments.of("conflict, then failure", List.of(full, delivered, full), acc, RecipientState.CONFLICT),
                // Whatever the order, a delivery contradicts a full mailbox; the notice between them changes nothing.
                Arguments.of(
                        "24 hours, failure, delivery", List.of(tooLate, full, delivered), acc, RecipientState.CONFLICT),
                Arguments.of(
                        "failure, 24 hours, delivery", List.of(full, tooLate, delivered), acc, RecipientState.CONFLICT),
                Arguments.of(
                        "24 hours, delivery, failure",
                        List.of(tooLate, delivered, full),
                        acc,
                        RecipientState.CONFLICT));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("transitions")
    void receiptsMoveMessageAndRecipient(
            String name, List<CertifiedReceipt> receipts, MessageState message, RecipientState recipient) {
        TrackedMessage after = sent(ANNA);
        for (CertifiedReceipt receipt : receipts) {
            after = received(after, receipt).message();
        }
        assertThat(after.state()).isEqualTo(message);
        assertThat(status(after, ANNA).state()).isEqualTo(recipient);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("transitions")
    void everyReceiptYieldsExactlyOneEvent(
            String name, List<CertifiedReceipt> receipts, MessageState message, RecipientState recipient) {
        TrackedMessage after = sent(ANNA);
        for (CertifiedReceipt receipt : receipts) {
            MessageChange change = received(after, receipt);
            assertThat(change.events()).hasSize(1);
            assertThat(change.expectedVersion()).isEqualTo(after.version());
            after = change.message();
        }
    }

    @Test
    void acceptanceTellsCertifiedRecipientsFromExternalOnes() {
        TrackedMessage after = received(
                        sent(ANNA, "info@mail.example"),
                        acceptance("m1", ANNA)
                                .lists("info@mail.example", RecipientType.EXTERNAL)
                                .build())
                .message();
        assertThat(status(after, ANNA).state()).isEqualTo(RecipientState.ACCEPTED);
        assertThat(status(after, "info@mail.example").state()).isEqualTo(RecipientState.EXTERNAL);
    }

    @Test
    void messageWithOnlyExternalRecipientsIsFinishedWhenAccepted() {
        TrackedMessage after = received(
                        sent("info@mail.example"),
                        SampleReceipt.acceptance("m1")
                                .lists("info@mail.example", RecipientType.EXTERNAL)
                                .build())
                .message();
        assertThat(after.isFinished()).isTrue();
        assertThat(after.deadline()).isNull();
    }

    @Test
    void recipientThatTheAcceptanceDoesNotListIsAcceptedAllTheSame() {
        TrackedMessage after =
                received(sent(ANNA, CARLA), acceptance("m1", ANNA).build()).message();
        assertThat(status(after, CARLA).state()).isEqualTo(RecipientState.ACCEPTED);
    }

    @Test
    void deliveryConcernsTheRecipientItNamesAndNoOther() {
        // Every delivery receipt lists all recipients (facts 6, case 2).
        CertifiedReceipt receipt = delivery("m1", CARLA)
                .lists(ANNA, RecipientType.CERTIFIED)
                .lists(CARLA, RecipientType.CERTIFIED)
                .build();
        TrackedMessage after = received(sent(ANNA, CARLA), receipt).message();
        assertThat(status(after, CARLA).state()).isEqualTo(RecipientState.DELIVERED);
        assertThat(status(after, ANNA).state()).isEqualTo(RecipientState.PENDING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANNA@PEC.EXAMPLE", "Anna@pec.example", " anna@pec.example "})
    void recipientIsFoundWhateverTheCaseAndTheBlanks(String written) {
        MessageChange change = received(sent(ANNA), delivery("m1", written).build());
        assertThat(status(change.message(), ANNA).state()).isEqualTo(RecipientState.DELIVERED);
        assertThat(change.events().get(0).data().text("recipient")).contains(ANNA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INFO@MAIL.EXAMPLE", " info@mail.example"})
    void externalRecipientIsFoundInTheAcceptanceWhateverTheCase(String written) {
        TrackedMessage after = received(
                        sent("info@mail.example"),
                        SampleReceipt.acceptance("m1")
                                .lists(written, RecipientType.EXTERNAL)
                                .build())
                .message();
        assertThat(status(after, "info@mail.example").state()).isEqualTo(RecipientState.EXTERNAL);
    }

    @Test
    void receiptForAnUnknownRecipientIsReportedAndMovesNobody() {
        MessageChange change =
                received(sent(ANNA), delivery("m1", "stranger@pec.example").build());
        assertThat(change.message().recipients()).isEqualTo(sent(ANNA).recipients());
        assertThat(change.events().get(0).data().text("recipient_unknown")).contains("true");
        assertThat(change.events().get(0).data().text("recipient")).contains("stranger@pec.example");
    }

    @Test
    void failureSaysWhyInWordsAndInAName() {
        MessageChange change = received(
                sent(ANNA),
                failure("m1", ANNA, FailureReason.MAILBOX_FULL, "5.2.2 - casella piena")
                        .build());
        assertThat(status(change.message(), ANNA).reason()).isEqualTo("mailbox_full");
        assertThat(status(change.message(), ANNA).detail()).isEqualTo("5.2.2 - casella piena");
        assertThat(change.events().get(0).data().text("failure")).contains("mailbox_full");
        assertThat(change.events().get(0).data().text("error_detail")).contains("5.2.2 - casella piena");
    }

    @Test
    void nonAcceptanceFailsEveryRecipientForItsReason() {
        TrackedMessage after =
                received(sent(ANNA, CARLA), rejection("m1").build()).message();
        assertThat(after.isFinished()).isTrue();
        assertThat(after.deadline()).isNull();
        assertThat(after.recipients())
                .allSatisfy(one -> assertThat(one.reason()).isEqualTo("formal_error"));
    }

    @Test
    void lateDeliverySaysThatItIsLate() {
        TrackedMessage failed =
                received(sent(ANNA), timeout("m1", ANNA).build()).message();
        TrackedMessage after = received(failed, delivery("m1", ANNA).build()).message();
        assertThat(status(after, ANNA).reason()).isEqualTo("late");
    }

    @Test
    void contradictionLeavesTheOtherRecipientsAlone() {
        TrackedMessage failed = received(
                        sent(ANNA, CARLA),
                        failure("m1", ANNA, FailureReason.OTHER, "x").build())
                .message();
        TrackedMessage after = received(failed, delivery("m1", ANNA).build()).message();
        assertThat(status(after, ANNA).state()).isEqualTo(RecipientState.CONFLICT);
        assertThat(status(after, CARLA).state()).isEqualTo(RecipientState.PENDING);
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageState.class,
            names = {"QUEUED", "DEFERRED", "IN_DOUBT", "FAILED", "CANCELLED"})
    void receiptProvesThatTheMessageWasSentWhateverWasBelieved(MessageState believed) {
        TrackedMessage message = Samples.pecMessage("m1", ANNA)
                .next()
                .state(believed)
                .lastError("lost")
                .build();
        MessageChange change = received(message, acceptance("m1", ANNA).build());
        assertThat(change.message().state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(change.message().sentAt()).isEqualTo(READ);
        assertThat(change.message().lastError()).isNull();
        assertThat(change.events())
                .extracting(NewEvent::type)
                .containsExactly(EventType.SENT, EventType.PEC_ACCEPTANCE);
        assertThat(change.events().get(0).data().text("resolved_by")).contains("receipt");
    }

    @Test
    void recipientThatOnlyWeBelievedLostFollowsItsReceipts() {
        TrackedMessage doubt = Samples.pecMessage("m1", ANNA)
                .next()
                .state(MessageState.IN_DOUBT)
                .build();
        TrackedMessage givenUp =
                OperatorRules.fail(doubt, "nobody knows", NOW).orElseThrow().message();
        TrackedMessage accepted =
                received(givenUp, acceptance("m1", ANNA).build()).message();
        assertThat(status(accepted, ANNA).state()).isEqualTo(RecipientState.ACCEPTED);
        TrackedMessage delivered =
                received(accepted, delivery("m1", ANNA).build()).message();
        assertThat(status(delivered, ANNA).state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void eventHasTheCertifiedTime() {
        Instant certified = NOW.plusSeconds(33);
        MessageChange change =
                received(sent(ANNA), acceptance("m1", ANNA).at(certified).build());
        assertThat(change.events().get(0).time()).isEqualTo(certified);
        assertThat(status(change.message(), ANNA).changedAt()).isEqualTo(certified);
    }

    @Test
    void eventOfAReceiptWithoutCertifiedTimeHasTheTimeOfItsArrival() {
        Instant arrived = NOW.plusSeconds(44);
        MessageChange change = ReceiptRules.received(
                sent(ANNA), acceptance("m1", ANNA).at(null).build(), account, arrived, READ);
        assertThat(change.events().get(0).time()).isEqualTo(arrived);
    }

    @Test
    void certifiedTimeBeforeTheSendTimeDoesNotMoveTheSendTime() {
        TrackedMessage after = received(
                        sent(ANNA),
                        acceptance("m1", ANNA).at(NOW.minusSeconds(9)).build())
                .message();
        assertThat(after.sentAt()).isEqualTo(NOW);
    }

    @Test
    void eventNamesTheReceiptAndWhatItIsWorth() {
        NewEvent event =
                received(sent(ANNA), delivery("m1", ANNA).build()).events().get(0);
        assertThat(event.type()).isEqualTo(EventType.PEC_DELIVERY);
        assertThat(event.data().text("receipt_type")).contains("avvenuta-consegna");
        assertThat(event.data().text("receipt_message_id")).isPresent();
        assertThat(event.data().text("verdict")).contains("trusted");
        assertThat(event.data().text("proof")).contains("true");
    }

    @Test
    void providersIdentifierIsKeptFromTheFirstReceipt() {
        TrackedMessage first =
                received(sent(ANNA), acceptance("m1", ANNA).build()).message();
        TrackedMessage second = received(
                        first, delivery("m1", ANNA).providerId("another").build())
                .message();
        assertThat(first.providerMessageId()).isEqualTo(SampleReceipt.PROVIDER_ID);
        assertThat(second.providerMessageId()).isEqualTo(SampleReceipt.PROVIDER_ID);
    }

    @Test
    void takenInChargeDoesNotSilenceTheWaitForAcceptance() {
        TrackedMessage after = received(
                        sent(ANNA),
                        SampleReceipt.of(ReceiptType.PRESA_IN_CARICO, "m1").build())
                .message();
        assertThat(after.deadline()).isEqualTo(NOW.plus(account.acceptanceTimeout()));
    }

    @Test
    void acceptanceMovesTheDeadlineToTheDelivery() {
        TrackedMessage after =
                received(sent(ANNA), acceptance("m1", ANNA).build()).message();
        assertThat(after.deadline()).isEqualTo(NOW.plus(account.deliveryTimeout()));
    }

    @Test
    void twelveHourNoticeGrantsSomeHoursMore() {
        TrackedMessage accepted =
                received(sent(ANNA), acceptance("m1", ANNA).build()).message();
        TrackedMessage after = received(accepted, delay("m1", ANNA).build()).message();
        assertThat(after.deadline())
                .isEqualTo(NOW.plus(account.deliveryTimeout()).plus(Deadlines.GRACE_AFTER_DELAY));
    }

    @Test
    void lastOutcomeEndsTheWait() {
        TrackedMessage one =
                received(sent(ANNA, CARLA), delivery("m1", ANNA).build()).message();
        assertThat(one.deadline()).isNotNull();
        TrackedMessage both = received(
                        one, failure("m1", CARLA, FailureReason.OTHER, "x").build())
                .message();
        assertThat(both.deadline()).isNull();
        assertThat(both.isFinished()).isTrue();
    }

    // ---- bounces

    @Test
    void hardBounceFailsTheRecipientOfAnOrdinaryMessage() {
        MessageChange change = bounced(ordinarySent(), "failed", "5.1.1").orElseThrow();
        assertThat(status(change.message(), "a@x.example").state()).isEqualTo(RecipientState.FAILED);
        assertThat(status(change.message(), "a@x.example").reason()).isEqualTo("bounce");
        NewEvent event = change.events().get(0);
        assertThat(event.type()).isEqualTo(EventType.BOUNCE);
        assertThat(event.data().text("bounce_type")).contains("hard");
        assertThat(event.data().text("bounce_code")).contains("5.1.1");
        assertThat(event.data().text("bounce_reason")).contains("no such user");
    }

    @Test
    void softBounceIsReportedAndFailsNobody() {
        MessageChange change = bounced(ordinarySent(), "failed", "4.2.2").orElseThrow();
        assertThat(change.events().get(0).data().text("bounce_type")).contains("soft");
        assertThat(status(change.message(), "a@x.example").state()).isEqualTo(RecipientState.SENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"delivered", "delayed", "relayed", "expanded"})
    void notificationThatTellsOfNoFailureIsNoBounce(String action) {
        assertThat(bounced(ordinarySent(), action, "2.0.0")).isEmpty();
    }

    @Test
    void bounceOfAnUnknownRecipientChangesNothing() {
        BouncedRecipient stranger = new BouncedRecipient(
                Optional.of("b@x.example"),
                Optional.empty(),
                Optional.of("failed"),
                Optional.of("5.1.1"),
                Optional.empty(),
                Optional.empty());
        assertThat(ReceiptRules.bounced(ordinarySent(), stranger, READ)).isEmpty();
    }

    @Test
    void bounceNamesTheAddressThatWasWrittenBeforeTheOneThatWasTried() {
        BouncedRecipient forwarded = new BouncedRecipient(
                Optional.of("elsewhere@y.example"),
                Optional.of("A@X.example"),
                Optional.of("failed"),
                Optional.of("5.1.1"),
                Optional.empty(),
                Optional.empty());
        assertThat(ReceiptRules.bounced(ordinarySent(), forwarded, READ)).isPresent();
    }

    @Test
    void bounceNamesTheAddressAsTheCommandHadIt() {
        BouncedRecipient encoded = new BouncedRecipient(
                Optional.of("elsewhere@y.example"),
                Optional.of("a+2Bnews+3Dit@x.example"),
                Optional.of("failed"),
                Optional.of("5.1.1"),
                Optional.empty(),
                Optional.empty());
        TrackedMessage encodedLater = ordinarySentTo("a+news=it@x.example");
        TrackedMessage written = ordinarySentTo("a+2Bnews+3Dit@x.example", "a+news=it@x.example");

        assertThat(status(
                                ReceiptRules.bounced(encodedLater, encoded, READ)
                                        .orElseThrow()
                                        .message(),
                                "a+news=it@x.example")
                        .state())
                .isEqualTo(RecipientState.FAILED);
        // An address may look like that by itself.
        assertThat(status(
                                ReceiptRules.bounced(written, encoded, READ)
                                        .orElseThrow()
                                        .message(),
                                "a+2Bnews+3Dit@x.example")
                        .state())
                .isEqualTo(RecipientState.FAILED);
    }

    @Test
    void successWithoutAnActionIsNoBounce() {
        assertThat(ReceiptRules.bounced(ordinarySent(), withoutAction("2.1.5"), READ))
                .isEmpty();
        assertThat(ReceiptRules.bounced(ordinarySent(), withoutAction("5.1.1"), READ))
                .isPresent();
    }

    @Test
    void bounceDecidesNothingAboutACertifiedRecipient() {
        TrackedMessage accepted = received(
                        sent("a@x.example"), acceptance("m1", "a@x.example").build())
                .message();
        assertThat(bounced(accepted, "failed", "5.1.1")).isEmpty();
    }

    @Test
    void bounceFailsAnExternalRecipient() {
        TrackedMessage accepted = received(
                        sent("a@x.example"),
                        SampleReceipt.acceptance("m1")
                                .lists("a@x.example", RecipientType.EXTERNAL)
                                .build())
                .message();
        MessageChange change = bounced(accepted, "failed", "5.1.1").orElseThrow();
        assertThat(status(change.message(), "a@x.example").state()).isEqualTo(RecipientState.FAILED);
    }

    private static BouncedRecipient withoutAction(String status) {
        return new BouncedRecipient(
                Optional.of("a@x.example"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(status),
                Optional.empty(),
                Optional.empty());
    }

    private static Optional<MessageChange> bounced(TrackedMessage message, String action, String status) {
        return ReceiptRules.bounced(
                message,
                new BouncedRecipient(
                        Optional.of("a@x.example"),
                        Optional.empty(),
                        Optional.of(action),
                        Optional.of(status),
                        Optional.of("no such user"),
                        Optional.empty()),
                READ);
    }

    private static TrackedMessage ordinarySent() {
        return ordinarySentTo("a@x.example");
    }

    private static TrackedMessage ordinarySentTo(String... recipients) {
        TrackedMessage message = Samples.ordinaryMessage("m1", recipients);
        return message.next()
                .state(MessageState.SENT)
                .recipients(TransmissionRules.handedOver(message, NOW))
                .sentAt(NOW)
                .build();
    }

    private MessageChange received(TrackedMessage message, CertifiedReceipt receipt) {
        return ReceiptRules.received(message, receipt, account, READ, READ);
    }

    private static RecipientStatus status(TrackedMessage message, String address) {
        return message.recipient(address).orElseThrow();
    }

    private TrackedMessage sent(String... recipients) {
        return Deadlines.set(
                Samples.pecMessage("m1", recipients)
                        .next()
                        .state(MessageState.SENT)
                        .attempts(1)
                        .sentAt(NOW),
                account);
    }
}
