package io.github.pecmailproxy.internal.lifecycle;

import static io.github.pecmailproxy.testing.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.testing.Samples;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a person may make of a message. */
class OperatorRulesTest {
    private static final Instant LATER = NOW.plusSeconds(5);

    @ParameterizedTest
    @EnumSource(
            value = MessageState.class,
            names = {"QUEUED", "DEFERRED"})
    void cancelsAMessageThatWaits(MessageState state) {
        MessageChange change = OperatorRules.cancel(in(state), LATER).orElseThrow();
        assertThat(change.message().state()).isEqualTo(MessageState.CANCELLED);
        assertThat(change.message().isFinished()).isTrue();
        assertThat(change.events()).hasSize(1);
        assertThat(change.events().get(0).type()).isEqualTo(EventType.CANCELLED);
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageState.class,
            names = {"QUEUED", "DEFERRED"},
            mode = EnumSource.Mode.EXCLUDE)
    void cancelsNothingElse(MessageState state) {
        assertThat(OperatorRules.cancel(in(state), LATER)).isEmpty();
    }

    @Test
    void doesNotCancelWhatSomeRecipientsGotAlready() {
        TrackedMessage partlySent = in(MessageState.DEFERRED).next().sentAt(NOW).build();
        assertThat(OperatorRules.cancel(partlySent, LATER)).isEmpty();
    }

    @Test
    void letsADeferredMessageGoAtOnce() {
        TrackedMessage deferred =
                in(MessageState.DEFERRED).next().dueAt(LATER.plusSeconds(60)).build();
        MessageChange change = OperatorRules.hasten(deferred, LATER).orElseThrow();
        assertThat(change.message().dueAt()).isEqualTo(LATER);
        assertThat(change.events()).isEmpty();
    }

    @Test
    void hastensNothingThatIsDueAnyway() {
        assertThat(OperatorRules.hasten(in(MessageState.QUEUED), LATER)).isEmpty();
    }

    @Test
    void hastensNothingThatDoesNotWait() {
        TrackedMessage doubt =
                in(MessageState.IN_DOUBT).next().dueAt(LATER.plusSeconds(60)).build();
        assertThat(OperatorRules.hasten(doubt, LATER)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageState.class,
            names = {"IN_DOUBT"},
            mode = EnumSource.Mode.EXCLUDE)
    void decidesNothingButDoubts(MessageState state) {
        assertThat(OperatorRules.resend(in(state), LATER)).isEmpty();
        assertThat(OperatorRules.markSent(in(state), Samples.pecAccount(), LATER))
                .isEmpty();
        assertThat(OperatorRules.fail(in(state), "lost", LATER)).isEmpty();
    }

    @Test
    void sendsADoubtAgainWithTheSameMessageId() {
        MessageChange change =
                OperatorRules.resend(in(MessageState.IN_DOUBT), LATER).orElseThrow();
        assertThat(change.message().state()).isEqualTo(MessageState.DEFERRED);
        assertThat(change.message().dueAt()).isEqualTo(LATER);
        assertThat(change.message().messageId())
                .isEqualTo(in(MessageState.IN_DOUBT).messageId());
        assertThat(change.events().get(0).data().text("resolved_by")).contains("operator");
    }

    @Test
    void awaitsTheReceiptsOfADoubtThatIsMarkedSent() {
        MessageChange change = OperatorRules.markSent(in(MessageState.IN_DOUBT), Samples.pecAccount(), LATER)
                .orElseThrow();
        assertThat(change.message().state()).isEqualTo(MessageState.SENT);
        assertThat(change.message().deadline())
                .isEqualTo(LATER.plus(Samples.pecAccount().acceptanceTimeout()));
        assertThat(change.events().get(0).type()).isEqualTo(EventType.SENT);
    }

    @Test
    void finishesAnOrdinaryDoubtThatIsMarkedSent() {
        TrackedMessage doubt = Samples.ordinaryMessage("m1", "a@x.example")
                .next()
                .state(MessageState.IN_DOUBT)
                .build();
        TrackedMessage sent = OperatorRules.markSent(doubt, Samples.ordinaryAccount(), LATER)
                .orElseThrow()
                .message();
        assertThat(sent.isFinished()).isTrue();
    }

    @Test
    void failsADoubtWithItsReason() {
        MessageChange change = OperatorRules.fail(in(MessageState.IN_DOUBT), "sent by hand", LATER)
                .orElseThrow();
        assertThat(change.message().state()).isEqualTo(MessageState.FAILED);
        assertThat(change.message().recipients())
                .allSatisfy(one -> assertThat(one.state()).isEqualTo(RecipientState.FAILED));
        assertThat(change.events().get(0).data().text("error")).contains("sent by hand");
    }

    @Test
    void failsOnlyTheRestOfADoubtThatSomeRecipientsGotAlready() {
        TrackedMessage message = Samples.ordinaryMessage("m1", "a@x.example", "b@x.example");
        RecipientStatus got = message.recipients().get(0).become(RecipientState.SENT, null, null, NOW);
        TrackedMessage doubt = message.next()
                .state(MessageState.IN_DOUBT)
                .recipients(List.of(got, message.recipients().get(1)))
                .attempts(2)
                .sentAt(NOW)
                .doubtSince(NOW)
                .build();

        MessageChange change = OperatorRules.fail(doubt, "sent by hand", LATER).orElseThrow();

        assertThat(change.message().state()).isEqualTo(MessageState.SENT);
        assertThat(change.message().isFinished()).isTrue();
        assertThat(change.message().doubtSince()).isNull();
        assertThat(change.message().recipients())
                .extracting(RecipientStatus::state)
                .containsExactly(RecipientState.SENT, RecipientState.FAILED);
        // An error that names no recipient would say of the whole message that it failed.
        assertThat(change.events()).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo(EventType.ERROR);
            assertThat(event.data().text("recipient")).contains("b@x.example");
            assertThat(event.data().text("error")).contains("sent by hand");
            assertThat(event.data().text("resolved_by")).contains("operator");
        });
    }

    private static TrackedMessage in(MessageState state) {
        return Samples.pecMessage("m1", "anna@pec.example")
                .next()
                .state(state)
                .attempts(1)
                .build();
    }
}
