package io.github.pecmailproxy;

import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.archive.ReceiptArchive;
import io.github.pecmailproxy.health.HealthSnapshot;
import io.github.pecmailproxy.imap.ImapReceiptPoller;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.internal.compose.ComposerSettings;
import io.github.pecmailproxy.internal.compose.MessageComposer;
import io.github.pecmailproxy.internal.dispatch.Dispatcher;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.engine.LoopThread;
import io.github.pecmailproxy.internal.imap.DefaultImapReceiptPoller;
import io.github.pecmailproxy.internal.imap.MailboxConnector;
import io.github.pecmailproxy.internal.imap.MailboxReferenceSearch;
import io.github.pecmailproxy.internal.imap.PollerSettings;
import io.github.pecmailproxy.internal.lifecycle.RetrySchedule;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.internal.metrics.GuardedMetrics;
import io.github.pecmailproxy.internal.metrics.MeteredStore;
import io.github.pecmailproxy.internal.queue.StoreMessageQueue;
import io.github.pecmailproxy.internal.receipt.ReceiptRecorder;
import io.github.pecmailproxy.internal.report.NamedSink;
import io.github.pecmailproxy.internal.report.Reporter;
import io.github.pecmailproxy.internal.retention.Retention;
import io.github.pecmailproxy.internal.smtp.AngusSmtpSender;
import io.github.pecmailproxy.internal.timeout.DeadlineMonitor;
import io.github.pecmailproxy.internal.timeout.DoubtQueue;
import io.github.pecmailproxy.internal.timeout.DoubtResolver;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.queue.MessageQueue;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.StoreStatistics;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.timeout.TimeoutMonitor;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a proxy, put together, and their threads. Thread-safe. */
final class Engine implements EngineSteps, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MailProxy.class);

    private final EventStore store;
    private final SmtpSender sender;
    private final PecReceiptParser parser;
    private final StoreMessageQueue queue;
    private final Dispatcher dispatcher;
    private final ReceiptRecorder receipts;
    private final DefaultImapReceiptPoller poller;
    private final MailboxReferenceSearch search;
    private final DeadlineMonitor timeouts;
    private final DoubtResolver doubtResolver;
    private final Reporter reporter;
    private final DoubtQueue doubts = new DoubtQueue();
    private final InstantSource now;
    private final LoopThread timeoutLoop;
    private final LoopThread doubtLoop;
    private final LoopThread reportLoop;
    private final LoopThread reportLeaseLoop;
    private final @Nullable LoopThread retentionLoop;
    private State state = State.NEW;

    private enum State {
        NEW,
        RUNNING,
        STOPPED,
        CLOSED
    }

    Engine(EngineSettings settings, EngineSurroundings surroundings) {
        MailProxyMetrics metrics = new GuardedMetrics(settings.metrics());
        store = new MeteredStore(settings.store(), metrics);
        AccountSource accounts = settings.accounts();
        InstantSource clock = settings.clock();
        now = clock;
        Alarm alarm = new Alarm(settings.operations());
        String node = surroundings.node();
        RandomGenerator random = surroundings.random();
        TransmissionRules rules = new TransmissionRules(
                new RetrySchedule(settings.retryDelays(), settings.retryDelaysByReason(), random),
                settings.maximumAge());
        ComposerSettings composing = new ComposerSettings(
                settings.trackingHeader(),
                ComposerSettings.defaults().spoolDirectory(),
                ComposerSettings.DEFAULT_MEMORY_LIMIT);
        MessageComposer composer = new MessageComposer(store.id(), composing, clock, random);

        SmtpSender given = settings.sender();
        sender = given == null ? new AngusSmtpSender(clock) : given;
        dispatcher = new Dispatcher(store, accounts, sender, rules, settings.dispatch(), alarm, clock);
        queue = new StoreMessageQueue(
                store, accounts, composer, clock, settings.defaultPriority(), settings.maximumAge(), dispatcher::nudge);
        parser = PecReceiptParser.builder()
                .signatureVerifier(surroundings.signatures())
                .opaqueContent(settings.trust().opaqueContent())
                .trackingHeader(settings.trackingHeader())
                .build();
        receipts = new ReceiptRecorder(
                store,
                accounts,
                parser,
                composer.messageIds()::isOurs,
                composer.messageIds()::ofReturnPath,
                alarm,
                clock);
        MailboxConnector mailboxes = surroundings.mailboxes();
        poller = new DefaultImapReceiptPoller(
                accounts,
                store,
                receipts,
                mailboxes,
                alarm,
                clock,
                node,
                PollerSettings.defaults()
                        .withPollInterval(settings.pollInterval())
                        .withMaxConnections(settings.idleMailboxes())
                        .withQuotaWarning(settings.quotaWarning())
                        // 3 minutes by default: whoever takes over from a dead node soon reads its mailboxes soon, too.
                        .withLeaseTime(settings.dispatch()
                                .leaseDuration()
                                .multipliedBy(3)
                                .dividedBy(2)),
                random);
        search = new MailboxReferenceSearch(mailboxes);
        timeouts = new DeadlineMonitor(store, accounts, rules, doubts, alarm, clock);
        doubtResolver = new DoubtResolver(store, accounts, search, rules, alarm, clock);
        reporter = new Reporter(store, settings.sinks(), node, alarm, metrics, clock);
        settings.sinks().stream().map(NamedSink::name).forEach(store::registerSink);

        timeoutLoop = new LoopThread("timeouts", settings.timeoutInterval(), this::checkTimeouts, alarm);
        doubtLoop = new LoopThread("doubts", settings.timeoutInterval(), this::resolveOneDoubt, alarm);
        reportLoop = new LoopThread("report", settings.reportInterval(), reporter::startDeliveries, alarm);
        reportLeaseLoop =
                new LoopThread("report-leases", DeliveryReportSink.TAKEOVER.dividedBy(3), reporter::renewLeases, alarm);
        retentionLoop = settings.retention().keepsEverything()
                ? null
                : new LoopThread(
                        "retention",
                        Retention.INTERVAL,
                        new Retention(store, settings.retention(), clock)::purgeSome,
                        alarm);
        if (!ProviderTrust.isAvailable() && MailProxyBuilder.reliesOnProof(accounts.accounts())) {
            LOG.warn("Bouncy Castle (bcpkix) is not there: no signature can be verified, and no receipt will count");
            alarm.on(new OperationalEvent.EngineTrouble("trust", "Bouncy Castle (bcpkix) is not there", null));
        }
        metrics.watch(this::health);
    }

    EventStore store() {
        return store;
    }

    MessageQueue queue() {
        return queue;
    }

    ReceiptArchive receipts() {
        return receipts;
    }

    ImapReceiptPoller poller() {
        return poller;
    }

    TimeoutMonitor timeouts() {
        return timeouts;
    }

    PecReceiptParser parser() {
        return parser;
    }

    @Override
    public int dispatchOnce() {
        return dispatcher.dispatchOnce();
    }

    @Override
    public int pollOnce() {
        return poller.pollOnce();
    }

    @Override
    public int checkTimeoutsOnce() {
        int changed = timeouts.checkOnce();
        while (resolveOneDoubt()) {
            LOG.trace("looking at the next doubt");
        }
        return changed;
    }

    @Override
    public int reportOnce() {
        return reporter.reportOnce();
    }

    HealthSnapshot health() {
        boolean running = isRunning();
        List<String> deadLoops = running
                ? Stream.of(
                                dispatcher.loops(),
                                Stream.of(timeoutLoop, doubtLoop, reportLoop, reportLeaseLoop),
                                Stream.ofNullable(retentionLoop))
                        .flatMap(loops -> loops)
                        .filter(loop -> !loop.isAlive())
                        .map(LoopThread::part)
                        .toList()
                : List.of();
        Instant at = now.instant();
        try {
            StoreStatistics statistics = store.statistics(at);
            List<Suspension> suspensions = store.suspensions();
            List<MailboxStatus> mailboxes = poller.mailboxes();
            return new HealthSnapshot(at, running, null, statistics, suspensions, mailboxes, deadLoops);
        } catch (RuntimeException trouble) {
            // Whatever it is: a question about health must be answered above all when something is wrong.
            LOG.debug("the store cannot be read", trouble);
            String reason = String.valueOf(trouble.getMessage());
            return new HealthSnapshot(at, running, reason, null, List.of(), List.of(), deadLoops);
        }
    }

    synchronized boolean isRunning() {
        return state == State.RUNNING;
    }

    synchronized void start() {
        if (state == State.RUNNING) {
            return;
        }
        if (state != State.NEW) {
            throw new IllegalStateException("a proxy that was stopped cannot be started again: build another");
        }
        state = State.RUNNING;
        // Reading first: what came while nobody looked resolves doubts before anything is sent again.
        poller.start();
        timeoutLoop.start();
        doubtLoop.start();
        reportLoop.start();
        reportLeaseLoop.start();
        if (retentionLoop != null) {
            retentionLoop.start();
        }
        dispatcher.start();
    }

    synchronized void stop(Duration grace) {
        if (state != State.RUNNING) {
            return;
        }
        state = State.STOPPED;
        try {
            timeoutLoop.stop();
            doubtLoop.stop();
            if (retentionLoop != null) {
                retentionLoop.stop();
            }
            dispatcher.stop(grace);
            poller.stop(grace);
            reportLoop.stop();
            reporter.stop(grace);
            reportLeaseLoop.stop();
            timeoutLoop.join(grace);
            doubtLoop.join(grace);
            reportLoop.join(grace);
            reportLeaseLoop.join(grace);
            if (retentionLoop != null) {
                retentionLoop.join(grace);
            }
        } catch (InterruptedException interrupted) {
            LOG.warn("interrupted while stopping: what is on the wire will be in doubt");
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        if (state == State.CLOSED) {
            return;
        }
        stop(MailProxy.DEFAULT_STOP_GRACE);
        state = State.CLOSED;
        poller.stop(Duration.ZERO); // Also closes what single steps left open.
        try (store;
                sender;
                search) {
            LOG.debug("closing");
        }
    }

    private boolean checkTimeouts() {
        timeouts.checkOnce();
        doubtLoop.nudge();
        return false;
    }

    private boolean resolveOneDoubt() {
        Optional<TrackedMessage> doubt = doubts.next();
        doubt.ifPresent(doubtResolver::resolve);
        return doubt.isPresent();
    }
}
