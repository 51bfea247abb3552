package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages, events and receipts as JSON. Times are seconds since 1970; what is not known is left out. */
final class MessageView {
    private MessageView() {}

    static Map<String, Object> message(TrackedMessage message) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", message.key().id());
        json.put("tenant_id", message.key().tenant());
        json.put("account_id", message.account());
        json.put("is_pec", message.pec());
        json.put("state", wire(message.state()));
        json.put("finished", message.isFinished());
        json.put("subject", message.subject());
        json.put("from", message.envelopeFrom());
        json.put("priority", message.priority().level());
        put(json, "batch_code", message.batchCode());
        json.put("attempts", message.attempts());
        json.put("queued_ts", message.enqueuedAt().getEpochSecond());
        time(json, "due_ts", message.state().isWaiting() ? message.dueAt() : null);
        time(json, "sent_ts", message.sentAt());
        time(json, "in_doubt_since_ts", message.doubtSince());
        time(json, "acceptance_overdue_ts", message.acceptanceOverdueAt());
        put(json, "error", message.lastError());
        json.put("message_id", message.messageId());
        put(json, "provider_message_id", message.providerMessageId());
        json.put("size", message.contentSize());
        json.put("sha256", message.contentSha256());
        json.put("sequence", message.sequence());
        json.put(
                "recipients",
                message.recipients().stream().map(MessageView::recipient).toList());
        return json;
    }

    private static Map<String, Object> recipient(RecipientStatus recipient) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("address", recipient.address());
        json.put("role", wire(recipient.role()));
        json.put("state", wire(recipient.state()));
        put(json, "reason", recipient.reason());
        put(json, "detail", recipient.detail());
        time(json, "changed_ts", recipient.changedAt());
        time(json, "overdue_ts", recipient.overdueAt());
        return json;
    }

    static Map<String, Object> event(MessageEvent event) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("event_type", event.type().wireName());
        json.put("event_ts", event.time().getEpochSecond());
        json.put("event_data", event.data().fields());
        return json;
    }

    static Map<String, Object> receipt(ReceiptRecord receipt) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", receipt.id());
        json.put("kind", receipt.kind());
        put(json, "receipt_type", receipt.receiptType());
        put(json, "recipient", receipt.recipient());
        put(json, "receipt_message_id", receipt.receiptMessageId());
        time(json, "certified_ts", receipt.certifiedAt());
        time(json, "arrived_ts", receipt.arrivedAt());
        json.put("read_ts", receipt.readAt().getEpochSecond());
        json.put("verdict", wire(receipt.verdict()));
        json.put("disposition", wire(receipt.disposition()));
        json.put("reason", receipt.reason());
        json.put("problems", receipt.problems());
        json.put("size", receipt.size());
        json.put("sha256", receipt.fingerprint());
        json.put("downloadable", receipt.contentKept());
        return json;
    }

    static String wire(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static void put(Map<String, Object> json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    static void time(Map<String, Object> json, String name, @Nullable Instant time) {
        if (time != null) {
            json.put(name, time.getEpochSecond());
        }
    }
}
