package io.github.pecmailproxy.report;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
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

    /** How long after a node died another takes over the reports that it was delivering: 1 minute. */
    Duration TAKEOVER = Duration.ofMinutes(1);

    /** After how long a tenant that had nothing to hear is called all the same: 5 minutes. */
    Duration DEFAULT_HEARTBEAT = Duration.ofMinutes(5);

    /** How long at most {@link ReportAnswer#nextSyncAfter(java.time.Instant)} may put off the reports of a tenant: 1 day. */
    Duration LONGEST_PAUSE = Duration.ofDays(1);

    /**
     * Takes a report, which is empty only where {@link #heartbeatTenants()} asks for it. Whatever is thrown means that no entry was accepted; all come again later.
     *
     * @param report the entries of one tenant
     * @return what to do with the entries, never null
     * @throws Exception if the report could not be taken
     */
    ReportAnswer deliver(DeliveryReport report) throws Exception;

    /**
     * Lists the tenants that are to be called with an empty report when they had nothing to hear for {@link #heartbeatInterval()}:
     * their answer may be that they have messages to hand in, and they learn that the proxy lives. One node does it for all. Called at
     * every {@code reportInterval}: this must be quick.
     *
     * @return the tenants, never null; none if not overridden
     */
    default Collection<String> heartbeatTenants() {
        return List.of();
    }

    /**
     * Tells after how long a tenant that had nothing to hear is called all the same.
     *
     * @return a positive time, {@link #DEFAULT_HEARTBEAT} if not overridden
     */
    default Duration heartbeatInterval() {
        return DEFAULT_HEARTBEAT;
    }

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
