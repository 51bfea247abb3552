package io.github.pecmailproxy.internal.report;

import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import io.github.pecmailproxy.metrics.ReportResult;
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
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers reports. Each pair of sink and tenant is a channel of its own: one node works on it at a time, and a sink that fails or
 * hangs for one tenant holds up no other. What is acknowledged is noted after the sink returned: dies the process in between, the
 * entries come again. Tenants that had nothing to hear are called now and then where the sink asks for it. Thread-safe.
 */
public final class Reporter {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
    private static final Duration LAST_ANSWER = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 7;

    private final EventStore store;
    private final List<NamedSink> sinks;
    private final String owner;
    private final Alarm alarm;
    private final MailProxyMetrics metrics;
    private final InstantSource clock;
    private final Map<Channel, ChannelLease> busy = new ConcurrentHashMap<>();
    private final Set<Thread> inSink = new HashSet<>();
    private final Turns turns = new Turns();
    private final DeliveryThreads threads;

    /**
     * Creates a reporter.
     *
     * @param store where the events are
     * @param sinks to whom to report
     * @param owner the name of this node in this life
     * @param alarm told when a sink fails
     * @param metrics told what became of entries; does not throw
     * @param clock the engine's clock
     */
    public Reporter(
            EventStore store,
            List<NamedSink> sinks,
            String owner,
            Alarm alarm,
            MailProxyMetrics metrics,
            InstantSource clock) {
        this.store = store;
        this.sinks = List.copyOf(sinks);
        this.owner = owner;
        this.alarm = alarm;
        this.metrics = metrics;
        this.clock = clock;
        threads = new DeliveryThreads(clock);
    }

    /**
     * Delivers what is due to every sink, one report after the other on this thread, and returns when all are delivered or refused.
     *
     * @return how many entries were delivered and acknowledged
     */
    public int reportOnce() {
        int acknowledged = 0;
        for (NamedSink sink : sinks) {
            for (Channel channel : due(sink)) {
                // Nobody renews it while this thread is in the sink.
                acknowledged += work(channel, DeliveryReportSink.LONGEST_DELIVERY);
            }
        }
        return acknowledged;
    }

    /** Starts a delivery for every channel that has something due and is not being worked on; returns at once. */
    public boolean startDeliveries() {
        for (NamedSink sink : sinks) {
            due(sink).forEach(channel -> threads.submit(channel, () -> deliver(channel)));
        }
        threads.startWaiting();
        return false;
    }

    /** Keeps the rights alive under which sinks are working; to be called several times in each {@link DeliveryReportSink#TAKEOVER}. */
    public boolean renewLeases() {
        busy.values().forEach(ChannelLease::renew);
        return false;
    }

    /** Starts no further delivery and waits for those under way; sinks that take longer are interrupted. */
    public void stop(Duration grace) throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(grace)) {
            // Only sinks: an interrupt would close the file of a store that is being read or written.
            synchronized (inSink) {
                inSink.forEach(Thread::interrupt);
            }
            threads.awaitTermination(LAST_ANSWER);
        }
    }

    /** The channels that have something to hear, or are to be called although they have not. */
    private Set<Channel> due(NamedSink sink) {
        Instant now = clock.instant();
        Set<Channel> due = new LinkedHashSet<>();
        store.tenantsToReport(sink.name(), now).forEach(tenant -> due.add(new Channel(sink, tenant)));
        due.addAll(turns.due(sink, heartbeatTenants(sink), now));
        due.removeIf(channel -> turns.isPaused(channel, now));
        return due;
    }

    private Collection<String> heartbeatTenants(NamedSink sink) {
        try {
            return sink.sink().heartbeatTenants();
        } catch (RuntimeException failure) {
            // The reports go on, its own and those of other sinks.
            alarm.trouble("report", failure, null);
            return List.of();
        }
    }

    private void deliver(Channel channel) {
        try {
            work(channel, DeliveryReportSink.TAKEOVER);
        } catch (RuntimeException | Error failure) {
            alarm.trouble("report", failure, null);
        }
    }

    private int work(Channel channel, Duration leaseLength) {
        ChannelLease lease = new ChannelLease(store, channel.resource(), owner, leaseLength, clock);
        if (busy.putIfAbsent(channel, lease) != null) {
            return 0;
        }
        try {
            return report(channel, lease);
        } finally {
            busy.remove(channel);
        }
    }

    private int report(Channel channel, ChannelLease lease) {
        Optional<ExclusiveLease> right = lease.take();
        boolean interrupted = false;
        int acknowledged = 0;
        boolean first = true;
        boolean more = right.isPresent();
        try {
            while (more) {
                List<PendingReport> pending = pending(channel);
                Optional<ReportAnswer> answer = !pending.isEmpty() || (first && mayCall(channel))
                        ? ask(channel.sink(), report(channel.tenant(), pending))
                        : Optional.empty();
                // The store must not see the interrupt: one that keeps a file would close it.
                interrupted |= Thread.interrupted();
                int done = answer.isEmpty() ? 0 : note(channel, pending, answer.get(), right.orElseThrow());
                Optional<Instant> pause = answer.flatMap(given -> turns.answered(channel, given, clock.instant()));
                pause.ifPresent(lease::keepUntil);
                acknowledged += done;
                first = false;
                more = done == DeliveryReportSink.LARGEST_REPORT && !interrupted && pause.isEmpty();
                if (more) {
                    right = lease.take(); // For each report anew: a large backlog takes longer than one lease.
                    more = right.isPresent();
                }
            }
        } finally {
            lease.release();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return acknowledged;
    }

    /** Tells whether this node is to call the channel now although there is nothing to report. */
    private boolean mayCall(Channel channel) {
        Instant now = clock.instant();
        if (turns.isInvited(channel) || !turns.isDue(channel, now)) {
            return turns.isInvited(channel);
        }
        turns.called(channel, now);
        // Half as long again: this node comes back in time, and where it does not, another soon does.
        Duration interval = channel.sink().sink().heartbeatInterval();
        Instant until = now.plus(interval).plus(interval.dividedBy(2));
        return store.acquire(channel.heartbeatResource(), owner, now, until).isPresent();
    }

    private static DeliveryReport report(String tenant, List<PendingReport> pending) {
        return new DeliveryReport(
                tenant,
                pending.stream()
                        .map(report -> new ReportEntry(report.event(), report.attempts()))
                        .toList());
    }

    private List<PendingReport> pending(Channel channel) {
        return store.pendingReports(
                channel.sink().name(), channel.tenant(), clock.instant(), DeliveryReportSink.LARGEST_REPORT);
    }

    private int note(Channel channel, List<PendingReport> pending, ReportAnswer answer, ExclusiveLease lease) {
        if (pending.isEmpty()) {
            return 0;
        }
        Instant now = clock.instant();
        String sink = channel.sink().name();
        List<Long> done = new ArrayList<>();
        List<PutOffReport> putOff = new ArrayList<>();
        List<MessageKey> dropped = new ArrayList<>();
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
                if (answer.dropped().contains(sequence)) {
                    dropped.add(message);
                }
            }
        }
        if (store.acknowledge(sink, done, putOff, lease)) {
            if (!dropped.isEmpty()) {
                LOG.warn("the sink {} dropped {} entries, about {}", sink, dropped.size(), Set.copyOf(dropped));
            }
            count(sink, ReportResult.ACCEPTED, done.size() - dropped.size());
            count(sink, ReportResult.DROPPED, dropped.size());
            count(sink, ReportResult.RETRIED, putOff.size());
            return done.size();
        }
        trouble("the sink " + sink + " took so long with a report for tenant " + channel.tenant()
                + " that another node has begun to deliver it again");
        return 0;
    }

    private void count(String sink, ReportResult result, int entries) {
        if (entries > 0) {
            metrics.reported(sink, result, entries);
        }
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
}
