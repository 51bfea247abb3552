package io.github.pecmailproxy.store.contract;

import static java.time.temporal.ChronoUnit.MILLIS;

import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Says what a store must give back for what it was given: the same, with instants cut to the millisecond. Stateless and
 * thread-safe.
 *
 * @since 0.1.0
 */
final class Exactly {
    private Exactly() {}

    static Instant cut(Instant instant) {
        return instant.truncatedTo(MILLIS);
    }

    static @Nullable Instant cutIfAny(@Nullable Instant instant) {
        return instant == null ? null : cut(instant);
    }

    static TrackedMessage cut(TrackedMessage message) {
        return withSequence(message, message.sequence());
    }

    static TrackedMessage withSequence(TrackedMessage message, long sequence) {
        return new TrackedMessage(
                message.key(),
                sequence,
                message.account(),
                message.pec(),
                message.messageId(),
                message.envelopeFrom(),
                message.subject(),
                message.priority(),
                message.batchCode(),
                message.receiptFormat(),
                message.state(),
                message.recipients().stream().map(Exactly::cut).toList(),
                message.attempts(),
                cut(message.enqueuedAt()),
                cut(message.dueAt()),
                cutIfAny(message.deadline()),
                cutIfAny(message.sentAt()),
                cutIfAny(message.doubtSince()),
                cutIfAny(message.acceptanceOverdueAt()),
                message.providerMessageId(),
                message.lastError(),
                message.contentSize(),
                message.contentSha256(),
                message.fingerprint(),
                message.version());
    }

    /** The same message in the same version, looked at again at another time. */
    static TrackedMessage withDeadline(TrackedMessage message, Instant deadline) {
        return new TrackedMessage(
                message.key(),
                message.sequence(),
                message.account(),
                message.pec(),
                message.messageId(),
                message.envelopeFrom(),
                message.subject(),
                message.priority(),
                message.batchCode(),
                message.receiptFormat(),
                message.state(),
                message.recipients(),
                message.attempts(),
                message.enqueuedAt(),
                message.dueAt(),
                deadline,
                message.sentAt(),
                message.doubtSince(),
                message.acceptanceOverdueAt(),
                message.providerMessageId(),
                message.lastError(),
                message.contentSize(),
                message.contentSha256(),
                message.fingerprint(),
                message.version());
    }

    static RecipientStatus cut(RecipientStatus recipient) {
        return new RecipientStatus(
                recipient.address(),
                recipient.role(),
                recipient.state(),
                recipient.reason(),
                recipient.detail(),
                cutIfAny(recipient.changedAt()),
                cutIfAny(recipient.overdueAt()));
    }

    static ReceiptRecord withId(ReceiptRecord record, long id) {
        return new ReceiptRecord(
                id,
                record.mailbox(),
                record.uidValidity(),
                record.uid(),
                cutIfAny(record.arrivedAt()),
                cut(record.readAt()),
                record.fingerprint(),
                record.size(),
                record.receiptMessageId(),
                record.kind(),
                record.receiptType(),
                record.originalMessageId(),
                record.recipient(),
                cutIfAny(record.certifiedAt()),
                record.verdict(),
                record.problems(),
                record.disposition(),
                record.reason(),
                record.message(),
                record.eventKey(),
                record.contentKept());
    }
}
