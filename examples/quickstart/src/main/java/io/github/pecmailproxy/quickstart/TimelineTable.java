package io.github.pecmailproxy.quickstart;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.io.PrintStream;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Prints, for each message, what happened to it in order, and a line a recipient: what became of it there, when, and what proves
 * it. No line is wider than {@value #WIDTH} characters, unless an address is.
 */
final class TimelineTable {
    private static final int WIDTH = 120;
    private static final int INDENT = 9;
    private static final String STEP = " → ";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

    private final PrintStream out;

    TimelineTable(PrintStream out) {
        this.out = out;
    }

    void print(MailProxy proxy, List<OutgoingMessage> messages) {
        List<TrackedMessage> tracked = messages.stream()
                .flatMap(message -> proxy.message(message.key()).stream())
                .toList();
        int addressWidth = widest(tracked, RecipientStatus::address);
        int outcomeWidth = widest(tracked, Outcomes::of);
        for (TrackedMessage message : tracked) {
            List<MessageEvent> events = proxy.events(message.key());
            out.println(column(message.key().id(), INDENT) + message.subject());
            wrapped(events.stream().flatMap(event -> step(event).stream()).toList());
            for (RecipientStatus recipient : message.recipients()) {
                line(column(recipient.address(), addressWidth + 2)
                        + column(Outcomes.of(recipient), outcomeWidth + 2)
                        + proof(events, recipient)
                        + notes(events, recipient));
            }
        }
        out.println();
        for (ReceiptRecord refused : proxy.receipts().list(ReceiptFilter.ALL.with(Disposition.REFUSED))) {
            out.println("Not believed: " + refused.receiptType() + " for " + refused.message() + ", because");
            line(String.valueOf(refused.reason()));
            out.println();
        }
        out.println("Times of receipts are those the provider certified, all others are this program's.");
    }

    private static int widest(List<TrackedMessage> messages, Function<RecipientStatus, String> cell) {
        return messages.stream()
                .flatMap(message -> message.recipients().stream())
                .map(cell)
                .mapToInt(String::length)
                .max()
                .orElse(0);
    }

    /** What an event means for the whole message; empty when it concerns one recipient. */
    private static Optional<String> step(MessageEvent event) {
        if (event.data().text("recipient").isPresent() && event.type() != EventType.DEFERRED) {
            return Optional.empty();
        }
        String what = switch (event.type()) {
            case QUEUED -> "queued";
            case DEFERRED -> "refused for now";
            case IN_DOUBT -> "in doubt";
            case SENT ->
                event.data()
                        .text("resolved_by")
                        .map(by -> "found to be sent (by " + by.replace('_', ' ') + ")")
                        .orElse("sent");
            case PEC_ACCEPTANCE -> "accepted";
            case PEC_TIMEOUT -> "alarm: no acceptance";
            case PEC_ERROR -> "refused by the provider";
            case CANCELLED -> "cancelled";
            case ERROR, BOUNCE -> "failed";
            case PEC_DELIVERY, PEC_RELAY, PEC_DELAY ->
                event.type().wireName().replace('_', ' ').toLowerCase(Locale.ROOT);
        };
        return Optional.of(what + " " + TIME.format(event.time()));
    }

    /** When it ended for the recipient and by what: the last event of an outcome that names it, or concerns everybody. */
    private static String proof(List<MessageEvent> events, RecipientStatus recipient) {
        return events.stream()
                .filter(event -> switch (event.type()) {
                    case PEC_ACCEPTANCE, PEC_DELIVERY, PEC_ERROR, PEC_TIMEOUT, BOUNCE, ERROR -> true;
                    case QUEUED, SENT, DEFERRED, IN_DOUBT, CANCELLED, PEC_RELAY, PEC_DELAY -> false;
                })
                .filter(event -> concerns(event, recipient))
                .reduce((earlier, later) -> later)
                .map(event -> TIME.format(event.time())
                        + event.data()
                                .text("verdict")
                                .map(verdict -> "  by a " + verdict + " receipt")
                                .orElse(""))
                .orElse("");
    }

    private static String notes(List<MessageEvent> events, RecipientStatus recipient) {
        StringBuilder notes = new StringBuilder();
        for (MessageEvent event : events) {
            if (event.type() == EventType.PEC_DELAY && concerns(event, recipient)) {
                notes.append(", after a notice of delay ").append(TIME.format(event.time()));
            } else if (event.type() == EventType.PEC_TIMEOUT && concerns(event, recipient)) {
                notes.append("  alarm: ")
                        .append(event.data().text("stage").orElse("answer"))
                        .append(" overdue");
            }
        }
        return notes.toString();
    }

    private static boolean concerns(MessageEvent event, RecipientStatus recipient) {
        return event.data().text("recipient").map(recipient.address()::equals).orElse(true);
    }

    private void wrapped(List<String> steps) {
        List<String> line = new ArrayList<>();
        int length = INDENT;
        for (String step : steps) {
            if (length + step.length() + STEP.length() > WIDTH) {
                line(String.join(STEP, line) + STEP.stripTrailing());
                line.clear();
                length = INDENT;
            }
            line.add(step);
            length += step.length() + STEP.length();
        }
        line(String.join(STEP, line));
    }

    private void line(String text) {
        out.println((" ".repeat(INDENT) + text).stripTrailing());
    }

    private static String column(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}
