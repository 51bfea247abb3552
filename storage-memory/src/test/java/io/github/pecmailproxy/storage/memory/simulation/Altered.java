package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Makes values that the engine never would. */
final class Altered {
    private Altered() {}

    static TrackedMessage version(TrackedMessage message, long version) {
        return altered(message, message.state(), message.dueAt(), message.deadline(), version);
    }

    static TrackedMessage queued(TrackedMessage message, Instant now) {
        return altered(message, MessageState.QUEUED, now, null, message.version());
    }

    private static TrackedMessage altered(
            TrackedMessage message, MessageState state, Instant dueAt, @Nullable Instant deadline, long version) {
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
                state,
                message.recipients(),
                message.attempts(),
                message.enqueuedAt(),
                dueAt,
                deadline,
                message.sentAt(),
                message.doubtSince(),
                message.acceptanceOverdueAt(),
                message.providerMessageId(),
                message.lastError(),
                message.contentSize(),
                message.contentSha256(),
                message.fingerprint(),
                version);
    }

    static ReceiptRecord identity(ReceiptRecord record, String unique) {
        String key = record.eventKey() == null ? null : unique;
        return altered(record, unique, key, record.contentKept());
    }

    static ReceiptRecord withoutContent(ReceiptRecord record) {
        return altered(record, record.fingerprint(), record.eventKey(), false);
    }

    private static ReceiptRecord altered(
            ReceiptRecord record, String fingerprint, @Nullable String eventKey, boolean contentKept) {
        return new ReceiptRecord(
                record.id(),
                record.mailbox(),
                record.uidValidity(),
                record.uid(),
                record.arrivedAt(),
                record.readAt(),
                fingerprint,
                record.size(),
                record.receiptMessageId(),
                record.kind(),
                record.receiptType(),
                record.originalMessageId(),
                record.recipient(),
                record.certifiedAt(),
                record.verdict(),
                record.problems(),
                record.disposition(),
                record.reason(),
                record.message(),
                eventKey,
                contentKept);
    }
}
