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
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.locks.LockSupport;

/** Prints what happens while it happens. Thread-safe. */
final class LiveProgress implements DeliveryReportSink, OperationsListener {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

    private final PrintStream out;

    LiveProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public ReportAnswer deliver(DeliveryReport report) {
        for (ReportEntry entry : report.entries()) {
            String recipient = entry.data().text("recipient").map(to -> "  " + to).orElse("");
            line(TIME.format(entry.event().recordedAt()), entry.message().id(), entry.type().wireName() + recipient);
        }
        return ReportAnswer.accepted();
    }

    @Override
    public void on(OperationalEvent event) {
        if (event instanceof OperationalEvent.ReceiptRefused refused) {
            line("!", refused.message().id(), "a receipt was refused: " + refused.reason());
        } else if (!(event instanceof OperationalEvent.MailboxReadable)) {
            line("!", "", event.toString());
        }
    }

    void alreadyThere(TrackedMessage message) {
        line("=", message.key().id(), "is there from an earlier run, " + message.state());
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

    private void line(String when, String message, String what) {
        synchronized (out) {
            out.printf("%8s  %-8s  %s%n", when, message, what);
        }
    }
}
