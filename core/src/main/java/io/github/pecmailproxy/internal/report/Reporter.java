package io.github.pecmailproxy.internal.report;

import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.message.MessageKey;
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
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
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
    private static final Duration LAST_ANSWER = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 7;
    private static final int MOST_CHANNELS_AT_ONCE = 16;

    private final EventStore store;
    private final List<NamedSink> sinks;
    private final String owner;
    private final Alarm alarm;
    private final InstantSource clock;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final Set<Thread> inSink = new HashSet<>();
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
                String channel = resource(sink, tenant);
                if (busy.add(channel)) {
                    acknowledged += work(sink, tenant, channel);
                }
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

    /** Starts no further delivery and waits for those under way; sinks that take longer are interrupted. */
    public void stop(Duration grace) throws InterruptedException {
        channels.shutdown();
        if (!channels.awaitTermination(Math.max(1, grace.toMillis()), TimeUnit.MILLISECONDS)) {
            // Only sinks: an interrupt would close the file of a store that is being read or written.
            synchronized (inSink) {
                inSink.forEach(Thread::interrupt);
            }
            channels.awaitTermination(LAST_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void submit(NamedSink sink, String tenant, String channel) {
        try {
            channels.execute(() -> {
                try {
                    work(sink, tenant, channel);
                } catch (RuntimeException | Error failure) {
                    alarm.trouble("report", failure, null);
                }
            });
        } catch (RejectedExecutionException stopped) {
            busy.remove(channel);
        }
    }

    private int work(NamedSink sink, String tenant, String channel) {
        try {
            return reportTo(sink, tenant, channel);
        } finally {
            busy.remove(channel);
        }
    }

    private int reportTo(NamedSink sink, String tenant, String channel) {
        Optional<ExclusiveLease> lease = acquire(channel);
        boolean interrupted = false;
        int acknowledged = 0;
        boolean more = lease.isPresent();
        try {
            while (more) {
                List<PendingReport> pending = pending(sink, tenant);
                Optional<ReportAnswer> answer =
                        pending.isEmpty() ? Optional.empty() : ask(sink, report(tenant, pending));
                // The store must not see the interrupt: one that keeps a file would close it.
                interrupted |= Thread.interrupted();
                int done = answer.isEmpty() ? 0 : note(sink, tenant, pending, answer.get(), lease.orElseThrow());
                acknowledged += done;
                more = done == DeliveryReportSink.LARGEST_REPORT && !interrupted;
                if (more) {
                    lease = acquire(channel); // For each report anew: a large backlog takes longer than one lease.
                    more = lease.isPresent();
                }
            }
        } finally {
            lease.ifPresent(store::release);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return acknowledged;
    }

    private static DeliveryReport report(String tenant, List<PendingReport> pending) {
        return new DeliveryReport(
                tenant,
                pending.stream()
                        .map(report -> new ReportEntry(report.event(), report.attempts()))
                        .toList());
    }

    private Optional<ExclusiveLease> acquire(String channel) {
        Instant now = clock.instant();
        return store.acquire(channel, owner, now, now.plus(DeliveryReportSink.LONGEST_DELIVERY));
    }

    private List<PendingReport> pending(NamedSink sink, String tenant) {
        return store.pendingReports(sink.name(), tenant, clock.instant(), DeliveryReportSink.LARGEST_REPORT);
    }

    private int note(
            NamedSink sink, String tenant, List<PendingReport> pending, ReportAnswer answer, ExclusiveLease lease) {
        Instant now = clock.instant();
        List<Long> done = new ArrayList<>();
        List<PutOffReport> putOff = new ArrayList<>();
        Set<MessageKey> heldUp = new HashSet<>();
        for (PendingReport report : pending) {
            long sequence = report.event().sequence();
            MessageKey message = report.event().message();
            // What comes after an entry of its message waits with it: order within a message is kept.
            if (answer.retry().contains(sequence) || heldUp.contains(message)) {
                heldUp.add(message);
                putOff.add(new PutOffReport(sequence, now.plus(delay(report.attempts()))));
            } else {
                done.add(sequence);
            }
        }
        if (store.acknowledge(sink.name(), done, putOff, lease)) {
            return done.size();
        }
        trouble("the sink " + sink.name() + " took so long with a report for tenant " + tenant
                + " that another node has begun to deliver it again");
        return 0;
    }

    /** Asks the sink; empty when it was interrupted, and nothing is to be noted. */
    private Optional<ReportAnswer> ask(NamedSink sink, DeliveryReport report) {
        synchronized (inSink) {
            inSink.add(Thread.currentThread());
        }
        try {
            return Optional.of(Objects.requireNonNull(sink.sink().deliver(report), "it gave no answer"));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (Exception | Error refused) {
            // Errors too: whatever a host's sink does, the reports of other tenants go on.
            trouble("the sink " + sink.name() + " refused a report for tenant " + report.tenant() + ": " + refused);
            return Optional.of(retryAll(report));
        } finally {
            synchronized (inSink) {
                inSink.remove(Thread.currentThread());
            }
        }
    }

    private void trouble(String reason) {
        alarm.trouble("report", new IllegalStateException(reason), null);
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
