package io.github.pecmailproxy.report;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One event of one message, for the host. Immutable and thread-safe.
 *
 * @param event the event
 * @param attempts how often it was delivered without success before
 * @since 0.1.0
 */
public record ReportEntry(MessageEvent event, int attempts) {
    /**
     * Returns the event's place among all events, by which an answer names it.
     *
     * @return the sequence
     */
    public long sequence() {
        return event.sequence();
    }

    /**
     * Returns which message it is about.
     *
     * @return the key, never null
     */
    public MessageKey message() {
        return event.message();
    }

    /**
     * Returns what happened.
     *
     * @return the type, never null
     */
    public EventType type() {
        return event.type();
    }

    /**
     * Returns when it happened.
     *
     * @return the time, never null
     */
    public Instant time() {
        return event.time();
    }

    /**
     * Returns the details.
     *
     * @return the details, never null
     */
    public EventData data() {
        return event.data();
    }

    /**
     * Returns the entry in the form of the sync protocol. The names are wire format; where an event concerns one recipient, the
     * field {@code recipient} is added.
     *
     * @return names and values in order; texts and whole numbers (unix seconds); unmodifiable
     */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        long seconds = event.time().getEpochSecond();
        fields.put("id", event.message().id());
        switch (event.type()) {
            case SENT -> fields.put("sent_ts", seconds);
            case ERROR -> {
                fields.put("error_ts", seconds);
                fields.put("error", text("error", "unknown error"));
            }
            case DEFERRED -> {
                fields.put("deferred_ts", seconds);
                fields.put("deferred_reason", text("reason", ""));
            }
            case BOUNCE -> {
                fields.put("bounce_ts", seconds);
                fields.put("bounce_type", text("bounce_type", "hard"));
                fields.put("bounce_code", text("bounce_code", ""));
                fields.put("bounce_reason", text("bounce_reason", ""));
            }
            case QUEUED, IN_DOUBT, CANCELLED -> {
                fields.put(event.type().wireName() + "_ts", seconds);
                data().text("reason")
                        .ifPresent(reason -> fields.put(event.type().wireName() + "_reason", reason));
            }
            case PEC_ACCEPTANCE, PEC_DELIVERY, PEC_ERROR, PEC_RELAY, PEC_DELAY, PEC_TIMEOUT -> {
                fields.put("pec_event", event.type().wireName());
                fields.put("pec_ts", seconds);
                fields.put("pec_details", details());
            }
        }
        data().text("recipient").ifPresent(recipient -> fields.put("recipient", recipient));
        return Collections.unmodifiableMap(fields);
    }

    private String details() {
        return switch (event.type()) {
            case PEC_ACCEPTANCE -> "Accepted by provider";
            case PEC_DELIVERY -> "Delivered to recipient";
            case PEC_RELAY -> "Taken in charge by the recipient's provider";
            case PEC_DELAY -> text("error_detail", "Not delivered within 12 hours");
            case PEC_TIMEOUT ->
                text("stage", "").equals("acceptance")
                        ? "No acceptance receipt in time"
                        : "No delivery receipt in time";
            default -> text("error_detail", text("failure", "Not delivered"));
        };
    }

    private String text(String field, String otherwise) {
        return data().text(field).orElse(otherwise);
    }
}
