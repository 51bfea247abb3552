package io.github.pecmailproxy.quickstart;

import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.operations.OperationsListener;
import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.report.ReportAnswer;
import io.github.pecmailproxy.report.ReportEntry;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints what happens while it happens. Thread-safe. */
final class LiveProgress implements DeliveryReportSink, OperationsListener {
    private static final int WIDTH = 120;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

    private final PrintStream out;

    LiveProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public ReportAnswer deliver(DeliveryReport report) {
        report.entries()
                .forEach(entry -> line(
                        entry.event().recordedAt(),
                        entry.message().id(),
                        entry.type().wireName(),
                        details(entry)));
        return ReportAnswer.accepted();
    }

    private static String details(ReportEntry entry) {
        return Stream.of("recipient", "failure", "reason")
                .flatMap(name -> entry.data().text(name).stream())
                .collect(Collectors.joining(": "));
    }

    @Override
    public void on(OperationalEvent event) {
        if (event instanceof OperationalEvent.ReceiptRefused refused) {
            line(Instant.now(), refused.message().id(), "receipt refused", refused.reason());
        } else if (!(event instanceof OperationalEvent.MailboxReadable)
                && !(event instanceof OperationalEvent.MailboxProgress)) {
            line(Instant.now(), "", "attention", event.toString());
        }
    }

    void alreadyThere(TrackedMessage message) {
        line(Instant.now(), message.key().id(), "already there", "from an earlier run, " + message.state());
    }

    /** Lets some time pass. */
    void pause(Duration time) throws InterruptedException {
        LockSupport.parkNanos(time.toNanos());
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** Lets the last reports arrive before the table is printed. */
    void drain() throws InterruptedException {
        pause(Duration.ofMillis(1500));
    }

    private void line(Instant when, String message, String what, String details) {
        String line = String.format(Locale.ROOT, "%s  %-8s  %-15s  %s", TIME.format(when), message, what, details)
                .stripTrailing();
        synchronized (out) {
            out.println(line.length() <= WIDTH ? line : line.substring(0, WIDTH - 1) + "…");
        }
    }
}
