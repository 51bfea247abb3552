package io.github.pecmailproxy.internal.lifecycle;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.evidence.CertifiedOutcome;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.BouncedRecipient;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a receipt that counts makes of a message. Every receipt yields its event; whether the state moves depends on what is known
 * already. Receipts come late, twice and out of order (facts 1.5). Stateless and thread-safe.
 */
public final class ReceiptRules {
    private ReceiptRules() {}

    /**
     * Applies a receipt.
     *
     * @param before the message it speaks of, in any state but {@code SENDING}
     * @param receipt the receipt, of a type that has an event
     * @param account the message's account
     * @param arrivedAt when it arrived, for a receipt without certified time
     * @param now the time
     * @return the changes, in order
     */
    public static MessageChange received(
            TrackedMessage before, CertifiedReceipt receipt, MailAccount account, Instant arrivedAt, Instant now) {
        CertifiedOutcome outcome = CertifiedOutcome.of(before, receipt, arrivedAt, now);
        return new MessageChange(Deadlines.set(outcome.next(), account), outcome.events());
    }

    /**
     * Applies what a delivery status notification says of one recipient: a hint, never proof.
     *
     * @param message the message it speaks of, in any state but {@code SENDING}
     * @param bounced what it says
     * @param arrivedAt when it arrived
     * @return the change, or empty when it tells of no failure, or of a recipient that only a receipt can decide on
     */
    public static Optional<MessageChange> bounced(TrackedMessage message, BouncedRecipient bounced, Instant arrivedAt) {
        Optional<RecipientStatus> known = recipient(message, bounced);
        if (!tellsOfFailure(bounced) || known.isEmpty()) {
            return Optional.empty();
        }
        RecipientStatus recipient = known.get();
        boolean open = recipient.state() == RecipientState.SENT || recipient.state() == RecipientState.EXTERNAL;
        if (message.pec() && recipient.state() != RecipientState.EXTERNAL) {
            return Optional.empty();
        }
        String status = bounced.status().orElse(null);
        boolean hard = status == null || !status.startsWith("4");
        EventData data = EventData.of("bounce_type", hard ? "hard" : "soft")
                .with("bounce_code", status)
                .with("bounce_reason", bounced.diagnostic().orElse(null))
                .with("recipient", recipient.address());
        TrackedMessage.Builder next = message.next();
        if (open && hard) {
            next.recipients(Deadlines.replace(
                    message.recipients(),
                    recipient.become(
                            RecipientState.FAILED,
                            "bounce",
                            bounced.diagnostic().orElse(status),
                            arrivedAt)));
        }
        return Optional.of(new MessageChange(next.build(), List.of(new NewEvent(EventType.BOUNCE, arrivedAt, data))));
    }

    /**
     * Tells whether a notification of a failure must wait for the provider's acceptance: only that tells whether the recipient is a
     * certified one, on whom only receipts decide. The two may come in either order.
     *
     * @param message the message it speaks of, in any state but {@code SENDING}
     * @param bounced what it says of one recipient
     * @return true when it can be judged later only
     */
    public static boolean waitsForAcceptance(TrackedMessage message, BouncedRecipient bounced) {
        boolean mayBeAccepted = switch (message.state()) {
            case QUEUED, DEFERRED, SENDING, IN_DOUBT, SENT, ACCEPTED -> true;
            case REJECTED, FAILED, CANCELLED -> false;
        };
        return message.pec()
                && mayBeAccepted
                && tellsOfFailure(bounced)
                && recipient(message, bounced)
                        .filter(known -> known.state() == RecipientState.PENDING)
                        .isPresent();
    }

    /** A server that leaves out the action, which is mandatory, still gives the class of its status (RFC 3463 section 3.1). */
    private static boolean tellsOfFailure(BouncedRecipient bounced) {
        return bounced.action()
                .map("failed"::equals)
                .orElseGet(() ->
                        bounced.status().filter(code -> code.startsWith("2")).isEmpty());
    }

    private static Optional<RecipientStatus> recipient(TrackedMessage message, BouncedRecipient bounced) {
        return bounced.originalRecipient()
                .flatMap(message::recipient)
                // As ORCPT had it: not every server decodes it (RFC 3461 section 4.2).
                .or(() -> bounced.originalRecipient().map(Xtext::decode).flatMap(message::recipient))
                .or(() -> bounced.finalRecipient().flatMap(message::recipient));
    }
}
