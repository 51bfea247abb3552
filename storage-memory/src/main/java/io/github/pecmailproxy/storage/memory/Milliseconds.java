package io.github.pecmailproxy.storage.memory;

import static java.time.temporal.ChronoUnit.MILLIS;

import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Cuts instants to the millisecond, as every store does. Stateless and thread-safe. */
final class Milliseconds {
    private Milliseconds() {}

    static Instant cut(Instant instant) {
        return instant.truncatedTo(MILLIS);
    }

    private static @Nullable Instant cutIfAny(@Nullable Instant instant) {
        return instant == null ? null : cut(instant);
    }

    private static RecipientStatus cut(RecipientStatus recipient) {
        return new RecipientStatus(
                recipient.address(),
                recipient.role(),
                recipient.state(),
                recipient.reason(),
                recipient.detail(),
                cutIfAny(recipient.changedAt()),
                cutIfAny(recipient.overdueAt()));
    }

    static TrackedMessage cut(TrackedMessage message, long sequence) {
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
                message.recipients().stream().map(Milliseconds::cut).toList(),
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

    static ReceiptRecord cut(ReceiptRecord record, long id) {
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
