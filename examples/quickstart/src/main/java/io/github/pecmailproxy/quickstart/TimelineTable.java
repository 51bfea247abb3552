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
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Prints, for each message, one line a recipient: when it was queued, sent, accepted, and how it ended, and what proves it. */
final class TimelineTable {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final String NONE = "–";
    private static final List<String> HEADINGS =
            List.of("message", "recipient", "queued", "sent", "accepted", "outcome", "at", "signature", "on the way");

    private final PrintStream out;

    TimelineTable(PrintStream out) {
        this.out = out;
    }

    void print(MailProxy proxy, List<OutgoingMessage> messages) {
        List<List<String>> rows = new ArrayList<>();
        for (OutgoingMessage message : messages) {
            proxy.message(message.key())
                    .ifPresent(tracked -> rows.addAll(rows(tracked, proxy.events(message.key()))));
        }
        print(rows);
        for (ReceiptRecord refused : proxy.receipts().list(ReceiptFilter.ALL.with(Disposition.REFUSED))) {
            out.printf(
                    "Refused: a %s for %s, because %s%n", refused.receiptType(), refused.message(), refused.reason());
        }
        out.println();
    }

    private static List<List<String>> rows(TrackedMessage message, List<MessageEvent> events) {
        List<List<String>> rows = new ArrayList<>();
        for (RecipientStatus recipient : message.recipients()) {
            boolean first = rows.isEmpty();
            Optional<MessageEvent> outcome = outcome(events, recipient);
            rows.add(List.of(
                    first ? message.key().id() : "",
                    recipient.address(),
                    first ? time(events, EventType.QUEUED) : "",
                    first ? time(events, EventType.SENT) : "",
                    first ? time(events, EventType.PEC_ACCEPTANCE) : "",
                    Outcomes.of(recipient),
                    outcome.map(event -> TIME.format(event.time())).orElse(NONE),
                    outcome.flatMap(event -> event.data().text("verdict")).orElse(NONE),
                    onTheWay(events, recipient)));
        }
        return rows;
    }

    private static String time(List<MessageEvent> events, EventType type) {
        return events.stream()
                .filter(event -> event.type() == type)
                .map(MessageEvent::time)
                .map(TimelineTable::format)
                .findFirst()
                .orElse(NONE);
    }

    private static String format(Instant time) {
        return TIME.format(time);
    }

    /** The event that ended it for the recipient: the last that names it, or that concerns everybody. */
    private static Optional<MessageEvent> outcome(List<MessageEvent> events, RecipientStatus recipient) {
        return events.stream()
                .filter(event -> event.type() == EventType.PEC_DELIVERY
                        || event.type() == EventType.PEC_ERROR
                        || event.type() == EventType.PEC_TIMEOUT
                        || event.type() == EventType.BOUNCE
                        || event.type() == EventType.ERROR
                        || event.type() == EventType.PEC_ACCEPTANCE)
                .filter(event -> event.data()
                        .text("recipient")
                        .map(recipient.address()::equals)
                        .orElse(true))
                .reduce((earlier, later) -> later);
    }

    private static String onTheWay(List<MessageEvent> events, RecipientStatus recipient) {
        List<String> notes = new ArrayList<>();
        for (MessageEvent event : events) {
            boolean concerns = event.data()
                    .text("recipient")
                    .map(recipient.address()::equals)
                    .orElse(true);
            if (concerns) {
                switch (event.type()) {
                    case DEFERRED -> notes.add("retried");
                    case IN_DOUBT -> notes.add("in doubt");
                    case SENT -> event.data().text("resolved_by").ifPresent(by -> notes.add("resolved by " + by));
                    case PEC_DELAY -> notes.add("12 h notice " + TIME.format(event.time()));
                    case PEC_TIMEOUT ->
                        notes.add("alarm: " + event.data().text("stage").orElse("") + " overdue");
                    default -> {
                        // Shown in a column of its own.
                    }
                }
            }
        }
        return String.join(", ", notes);
    }

    private void print(List<List<String>> rows) {
        int[] widths = new int[HEADINGS.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = HEADINGS.get(column).length();
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        line(HEADINGS, widths);
        StringBuilder rule = new StringBuilder();
        for (int width : widths) {
            rule.append("─".repeat(width)).append("  ");
        }
        out.println(rule.toString().stripTrailing());
        rows.forEach(row -> line(row, widths));
        out.println();
    }

    private void line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            line.append(cell).append(" ".repeat(widths[column] - cell.length())).append("  ");
        }
        out.println(line.toString().stripTrailing());
    }
}
