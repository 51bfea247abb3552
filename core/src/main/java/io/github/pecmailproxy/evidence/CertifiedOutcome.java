package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.CertifiedRecipient;
import io.github.pecmailproxy.pec.Failure;
import io.github.pecmailproxy.pec.FailureReason;
import io.github.pecmailproxy.pec.PecEvent;
import io.github.pecmailproxy.pec.ReceiptType;
import io.github.pecmailproxy.pec.RecipientType;
import io.github.pecmailproxy.store.NewEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a receipt that counts makes of a message. The one place that says so: the engine applies it when a receipt comes in, and {@link
 * EvidenceBundle} applies it again to derive every state from the receipts themselves. Every receipt yields its event; whether the
 * state moves depends on what is known already. Receipts come late, twice and out of order (facts 1.5).
 *
 * @param next the message as it becomes, its deadlines unchanged; not thread-safe
 * @param events the events, in order
 * @since 0.1.0
 */
public record CertifiedOutcome(TrackedMessage.Builder next, List<NewEvent> events) {
    /** Copies the events. */
    public CertifiedOutcome {
        Objects.requireNonNull(next, "next");
        events = List.copyOf(events);
    }

    /**
     * Applies a receipt, without regard to any account's deadlines: what follows from the receipt alone. It is not judged here whether
     * the receipt counts.
     *
     * @param before the message it speaks of, in any state but {@code SENDING}
     * @param receipt the receipt, of a type that has an event
     * @param arrivedAt when it arrived, for a receipt without certified time
     * @param now the time
     * @return what becomes of the message, never null
     * @throws java.util.NoSuchElementException if the receipt's type has no event
     */
    public static CertifiedOutcome of(TrackedMessage before, CertifiedReceipt receipt, Instant arrivedAt, Instant now) {
        PecEvent event = receipt.event().orElseThrow();
        Instant time = receipt.certifiedTime().orElse(arrivedAt);
        List<NewEvent> events = new ArrayList<>();
        TrackedMessage.Builder next = before.next();
        if (!before.state().wasSent()) {
            // A receipt proves that a server has the message, whatever was believed: it must not be sent (again).
            next.state(MessageState.SENT).sentAt(before.sentAt() == null ? now : before.sentAt());
            next.lastError(null).doubtSince(null).recipients(unbelieved(before));
            events.add(new NewEvent(EventType.SENT, now, EventData.of("resolved_by", "receipt")));
        }
        TrackedMessage message = next.build();
        events.add(new NewEvent(type(event), time, data(message, receipt)));
        if (message.providerMessageId() == null) {
            receipt.providerMessageId().ifPresent(next::providerMessageId);
        }
        MessageState reached = message.state();
        switch (event) {
            case PEC_ACCEPTANCE -> {
                boolean rejectedBefore = reached == MessageState.REJECTED;
                next.state(rejectedBefore ? reached : MessageState.ACCEPTED);
                next.recipients(map(
                        message,
                        recipient -> rejectedBefore ? conflict(recipient, time) : accepted(recipient, receipt, time)));
            }
            case PEC_DELIVERY -> {
                if (reached == MessageState.SENT) {
                    next.state(MessageState.ACCEPTED); // Delivery implies acceptance, whichever receipt comes first.
                }
                next.recipients(mapOne(message, receipt, recipient -> delivered(recipient, time)));
            }
            case PEC_ERROR -> {
                Optional<Failure> failure = receipt.failure();
                String reason = failure.map(known -> known.reason().wireName()).orElse(FailureReason.OTHER.wireName());
                String words = receipt.errorDetail().orElse(null);
                if (receipt.type() == ReceiptType.NON_ACCETTAZIONE) {
                    boolean acceptedBefore = reached == MessageState.ACCEPTED;
                    next.state(acceptedBefore ? reached : MessageState.REJECTED);
                    next.recipients(map(
                            message,
                            recipient -> acceptedBefore
                                    ? conflict(recipient, time)
                                    : failed(recipient, reason, words, time)));
                } else {
                    if (reached == MessageState.SENT) {
                        next.state(MessageState.ACCEPTED); // Only what was accepted can fail to be delivered.
                    }
                    next.recipients(mapOne(message, receipt, recipient -> failed(recipient, reason, words, time)));
                }
            }
            case PEC_DELAY ->
                next.recipients(mapOne(
                        message,
                        receipt,
                        recipient -> recipient.state().isOpen()
                                ? recipient.become(
                                        RecipientState.DELAYED,
                                        "delayed",
                                        receipt.errorDetail().orElse(null),
                                        time)
                                : recipient));
            case PEC_RELAY -> {
                // Informational: it neither accepts the message nor stops the wait for acceptance (facts 1.1).
            }
        }
        return new CertifiedOutcome(next, events);
    }

    private static EventType type(PecEvent event) {
        return switch (event) {
            case PEC_ACCEPTANCE -> EventType.PEC_ACCEPTANCE;
            case PEC_DELIVERY -> EventType.PEC_DELIVERY;
            case PEC_ERROR -> EventType.PEC_ERROR;
            case PEC_RELAY -> EventType.PEC_RELAY;
            case PEC_DELAY -> EventType.PEC_DELAY;
        };
    }

    private static EventData data(TrackedMessage message, CertifiedReceipt receipt) {
        EventData data = EventData.of("receipt_type", receipt.type().wireName());
        Optional<String> recipient = receipt.recipient();
        if (recipient.isPresent()) {
            // The address as the sender wrote it, so that the host finds its own again (facts 6.32).
            Optional<RecipientStatus> known = message.recipient(recipient.get());
            data = data.with("recipient", known.map(RecipientStatus::address).orElse(recipient.get()));
            if (known.isEmpty()) {
                data = data.with("recipient_unknown", true);
            }
        }
        data = data.with("receipt_message_id", receipt.receiptMessageId().orElse(null))
                .with("provider", receipt.provider().orElse(null))
                .with("verdict", receipt.signature().verdict().wireName())
                .with("proof", receipt.isProof());
        Optional<Failure> failure = receipt.failure();
        if (failure.isPresent()) {
            data = data.with("failure", failure.get().reason().wireName())
                    .with("error_code", failure.get().code().orElse(null))
                    .with("final", failure.get().isFinal());
        }
        return data.with("error_detail", receipt.errorDetail().orElse(null));
    }

    /** Returns the recipients without the failures that no receipt certified: we only believed that the message never left. */
    private static List<RecipientStatus> unbelieved(TrackedMessage message) {
        return map(
                message,
                recipient -> message.pec() && recipient.state() == RecipientState.FAILED
                        ? RecipientStatus.pending(recipient.address(), recipient.role())
                        : recipient);
    }

    private static List<RecipientStatus> map(TrackedMessage message, UnaryOperator<RecipientStatus> change) {
        return message.recipients().stream().map(change).toList();
    }

    private static List<RecipientStatus> mapOne(
            TrackedMessage message, CertifiedReceipt receipt, UnaryOperator<RecipientStatus> change) {
        Optional<RecipientStatus> known = receipt.recipient().flatMap(message::recipient);
        return known.isEmpty()
                ? message.recipients()
                : map(
                        message,
                        recipient -> recipient.address().equals(known.get().address())
                                ? change.apply(recipient)
                                : recipient);
    }

    private static RecipientStatus accepted(RecipientStatus recipient, CertifiedReceipt receipt, Instant time) {
        if (recipient.state() != RecipientState.PENDING) {
            return recipient;
        }
        for (CertifiedRecipient certified : receipt.recipients()) {
            if (certified.address().strip().equalsIgnoreCase(recipient.address())) {
                return recipient.become(
                        certified.type() == RecipientType.EXTERNAL ? RecipientState.EXTERNAL : RecipientState.ACCEPTED,
                        null,
                        null,
                        time);
            }
        }
        return recipient.become(RecipientState.ACCEPTED, null, null, time);
    }

    private static RecipientStatus delivered(RecipientStatus recipient, Instant time) {
        return switch (recipient.state()) {
            case PENDING, SENT, ACCEPTED, DELAYED, EXTERNAL ->
                recipient.become(RecipientState.DELIVERED, null, null, time);
            case DELIVERED, CONFLICT -> recipient;
            case FAILED ->
                // Late delivery after the 24 hour notice happens and wins (facts 5); after any other failure it
                // contradicts.
                isTimeout(recipient.reason())
                        ? recipient.become(RecipientState.DELIVERED, "late", null, time)
                        : conflict(recipient, time);
        };
    }

    private static RecipientStatus failed(
            RecipientStatus recipient, String reason, @Nullable String words, Instant time) {
        return switch (recipient.state()) {
            case PENDING, SENT, ACCEPTED, DELAYED, EXTERNAL ->
                recipient.become(RecipientState.FAILED, reason, words, time);
            case FAILED ->
                // A failure of its own says more than that the time is over, and a late delivery contradicts it.
                isTimeout(recipient.reason()) && !isTimeout(reason)
                        ? recipient.become(RecipientState.FAILED, reason, words, time)
                        : recipient;
            case CONFLICT -> recipient;
            case DELIVERED ->
                // The 24 hour notice may cross a delivery that happened just before: the delivery stands.
                isTimeout(reason) ? recipient : conflict(recipient, time);
        };
    }

    private static boolean isTimeout(@Nullable String reason) {
        return FailureReason.TIMEOUT.wireName().equals(reason);
    }

    private static RecipientStatus conflict(RecipientStatus recipient, Instant time) {
        return recipient.state() == RecipientState.CONFLICT
                ? recipient
                : recipient.become(
                        RecipientState.CONFLICT,
                        "contradiction",
                        "certified receipts contradict each other; before: " + recipient.state(),
                        time);
    }
}
