package io.github.pecmailproxy.internal.report;

import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.report.ReportAnswer;
import io.github.pecmailproxy.report.ReportEntry;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PutOffReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Delivers reports. Each pair of sink and tenant is a channel of its own: one node works on it at a time, and a sink that fails or
 * hangs for one tenant holds up no other. What is acknowledged is noted after the sink returned: dies the process in between, the
 * entries come again. Thread-safe.
 */
public final class Reporter {
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final int MOST_DOUBLINGS = 7;
    private static final int MOST_CHANNELS_AT_ONCE = 16;

    private final EventStore store;
    private final List<NamedSink> sinks;
    private final String owner;
    private final Alarm alarm;
    private final InstantSource clock;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final ExecutorService channels;

    /**
     * Creates a reporter.
     *
     * @param store where the events are
     * @param sinks to whom to report
     * @param owner the name of this node in this life
     * @param alarm told when a sink fails
     * @param clock the engine's clock
     */
    public Reporter(EventStore store, List<NamedSink> sinks, String owner, Alarm alarm, InstantSource clock) {
        this.store = store;
        this.sinks = List.copyOf(sinks);
        this.owner = owner;
        this.alarm = alarm;
        this.clock = clock;
        AtomicInteger number = new AtomicInteger();
        channels = Executors.newFixedThreadPool(MOST_CHANNELS_AT_ONCE, work -> {
            Thread thread = new Thread(work, "pec-mail-proxy-report-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Delivers what is due to every sink, one report after the other on this thread, and returns when all are delivered or refused.
     *
     * @return how many entries were delivered and acknowledged
     */
    public int reportOnce() {
        int acknowledged = 0;
        for (NamedSink sink : sinks) {
            for (String tenant : store.tenantsToReport(sink.name(), clock.instant())) {
                acknowledged += reportTo(sink, tenant);
            }
        }
        return acknowledged;
    }

    /** Starts a delivery for every channel that has something due and is not being worked on; returns at once. */
    public boolean startDeliveries() {
        for (NamedSink sink : sinks) {
            for (String tenant : store.tenantsToReport(sink.name(), clock.instant())) {
                String channel = resource(sink, tenant);
                if (busy.add(channel)) {
                    submit(sink, tenant, channel);
                }
            }
        }
        return false;
    }

    /** Starts no further delivery and waits for those under way. */
    public void stop(Duration grace) throws InterruptedException {
        channels.shutdown();
        if (!channels.awaitTermination(Math.max(1, grace.toMillis()), TimeUnit.MILLISECONDS)) {
            channels.shutdownNow();
        }
    }

    private void submit(NamedSink sink, String tenant, String channel) {
        try {
            channels.execute(() -> {
                try {
                    reportTo(sink, tenant);
                } catch (RuntimeException failure) {
                    alarm.trouble("report", failure, null);
                } finally {
                    busy.remove(channel);
                }
            });
        } catch (RejectedExecutionException stopped) {
            busy.remove(channel);
        }
    }

    private int reportTo(NamedSink sink, String tenant) {
        Instant now = clock.instant();
        Optional<ExclusiveLease> lease = store.acquire(resource(sink, tenant), owner, now, now.plus(LEASE));
        if (lease.isEmpty()) {
            return 0;
        }
        try {
            int acknowledged = 0;
            List<PendingReport> pending = pending(sink, tenant);
            while (!pending.isEmpty()) {
                int delivered = deliver(sink, tenant, pending, lease.get());
                acknowledged += delivered;
                if (delivered < pending.size() || pending.size() < DeliveryReportSink.LARGEST_REPORT) {
                    break;
                }
                pending = pending(sink, tenant);
            }
            return acknowledged;
        } finally {
            store.release(lease.get());
        }
    }

    private List<PendingReport> pending(NamedSink sink, String tenant) {
        return store.pendingReports(sink.name(), tenant, clock.instant(), DeliveryReportSink.LARGEST_REPORT);
    }

    private int deliver(NamedSink sink, String tenant, List<PendingReport> pending, ExclusiveLease lease) {
        List<ReportEntry> entries = pending.stream()
                .map(report -> new ReportEntry(report.event(), report.attempts()))
                .toList();
        ReportAnswer answer = ask(sink, new DeliveryReport(tenant, entries));
        Instant now = clock.instant();
        List<Long> done = new ArrayList<>();
        List<PutOffReport> putOff = new ArrayList<>();
        for (PendingReport report : pending) {
            long sequence = report.event().sequence();
            if (answer.retry().contains(sequence)) {
                putOff.add(new PutOffReport(sequence, now.plus(delay(report.attempts()))));
            } else {
                done.add(sequence);
            }
        }
        boolean noted = store.acknowledge(sink.name(), done, putOff, lease);
        return noted ? done.size() : 0;
    }

    private ReportAnswer ask(NamedSink sink, DeliveryReport report) {
        try {
            return sink.sink().deliver(report);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return retryAll(report);
        } catch (Exception refused) {
            alarm.trouble("report", new IllegalStateException(
                    "the sink " + sink.name() + " refused a report for tenant " + report.tenant() + ": " + refused, refused), null);
            return retryAll(report);
        }
    }

    private static ReportAnswer retryAll(DeliveryReport report) {
        return ReportAnswer.acceptedExcept(
                report.entries().stream().map(ReportEntry::sequence).collect(Collectors.toSet()));
    }

    private static Duration delay(int attempts) {
        return DeliveryReportSink.RETRY_DELAY.multipliedBy(1L << Math.min(attempts, MOST_DOUBLINGS));
    }

    private static String resource(NamedSink sink, String tenant) {
        return "report/" + sink.name() + "/" + tenant;
    }
}
