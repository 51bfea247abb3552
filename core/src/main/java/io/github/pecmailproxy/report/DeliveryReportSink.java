package io.github.pecmailproxy.report;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Takes the reports. Called on the engine's threads, for one tenant at a time; calls for different tenants may overlap, so
 * implementations are thread-safe.
 *
 * <p>Entries come at least once: after a crash, or when the store could not note the answer, some come again. Within a message
 * they come in order, and none comes before the earlier ones are acknowledged or dropped.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface DeliveryReportSink {
    /** The most entries in one report: 200. */
    int LARGEST_REPORT = 200;

    /** How long to wait before a report that a sink refused is delivered again: 30 seconds, doubled up to an hour. */
    Duration RETRY_DELAY = Duration.ofSeconds(30);

    /**
     * How long a delivery may take: 10 minutes. After that another node, where there is one, takes the reports of the tenant over
     * and delivers the same entries again.
     */
    Duration LONGEST_DELIVERY = Duration.ofMinutes(10);

    /**
     * Takes a report. Whatever is thrown means that no entry was accepted; all come again later.
     *
     * @param report the entries of one tenant
     * @return what to do with the entries, never null
     * @throws Exception if the report could not be taken
     */
    ReportAnswer deliver(DeliveryReport report) throws Exception;

    /**
     * Makes a sink that accepts everything its consumer takes without an exception.
     *
     * @param consumer takes the reports
     * @return the sink, never null
     */
    static DeliveryReportSink accepting(Consumer<DeliveryReport> consumer) {
        return report -> {
            consumer.accept(report);
            return ReportAnswer.accepted();
        };
    }
}
