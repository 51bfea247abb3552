package io.github.pecmailproxy;

import io.github.pecmailproxy.archive.ReceiptArchive;
import io.github.pecmailproxy.health.HealthSnapshot;
import io.github.pecmailproxy.imap.ImapReceiptPoller;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.queue.MessageQueue;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.StoreStatistics;
import io.github.pecmailproxy.timeout.TimeoutMonitor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Sends certified mail and knows what became of it. Thread-safe.
 *
 * <pre>{@code
 * try (MailProxy proxy = MailProxy.builder()
 *         .store(JdbcEventStore.open("jdbc:h2:file:./pec"))
 *         .account(MailAccount.pec("pec-acme", PecProvider.ARUBA).credentials("acme@pec.it", password).build())
 *         .reports(report -> { save(report); return ReportAnswer.accepted(); })
 *         .build()) {
 *     proxy.start();
 *     proxy.queue().enqueue(OutgoingMessage.builder()
 *             .id("legal-notice-001")
 *             .account("pec-acme")
 *             .from("acme@pec.it")
 *             .to("destinatario@pec.it")
 *             .subject("Comunicazione")
 *             .text("…")
 *             .build());
 *     proxy.message("legal-notice-001").ifPresent(message -> show(message.recipients()));
 * }
 * }</pre>
 *
 * <p>Without {@link #start()} it is a client: it enqueues and answers questions, and another process that shares the store sends.
 * Any number of processes may run on one store.
 *
 * @since 0.1.0
 */
public final class MailProxy implements AutoCloseable {
    /** How long {@link #close()} waits for what is on the wire: 30 seconds. */
    public static final Duration DEFAULT_STOP_GRACE = Duration.ofSeconds(30);

    private final Engine engine;

    MailProxy(Engine engine) {
        this.engine = engine;
    }

    /**
     * Starts to build a proxy.
     *
     * @return a new builder, never null
     */
    public static MailProxyBuilder builder() {
        return new MailProxyBuilder();
    }

    /**
     * Starts sending, reading mailboxes, watching deadlines and reporting, on threads of its own. Does nothing when started already.
     *
     * @throws IllegalStateException if it was stopped
     */
    public void start() {
        engine.start();
    }

    /**
     * Stops what {@link #start()} started: takes up nothing more, gives back at once what is not begun, and lets what is on the wire
     * end. The queue can still be used as a client. Does nothing when not started.
     *
     * @param grace how long to wait; what has not ended then will be in doubt
     */
    public void stop(Duration grace) {
        engine.stop(grace);
    }

    /**
     * Tells whether the engine runs in this process.
     *
     * @return true between {@link #start()} and {@link #stop}
     */
    public boolean isRunning() {
        return engine.isRunning();
    }

    /**
     * Returns the queue of messages to send.
     *
     * @return the queue, never null
     */
    public MessageQueue queue() {
        return engine.queue();
    }

    /**
     * Finds a message of the {@linkplain MessageKey#DEFAULT_TENANT default tenant}.
     *
     * @param id the host's id
     * @return the message as it is now, or empty when there is none
     */
    public Optional<TrackedMessage> message(String id) {
        return message(MessageKey.of(id));
    }

    /**
     * Finds a message.
     *
     * @param key which
     * @return the message as it is now, or empty when there is none
     */
    public Optional<TrackedMessage> message(MessageKey key) {
        return engine.store().message(key);
    }

    /**
     * Lists what happened to a message of the {@linkplain MessageKey#DEFAULT_TENANT default tenant}.
     *
     * @param id the host's id
     * @return its events in the order in which they were stored; none when there is no such message
     */
    public List<MessageEvent> events(String id) {
        return events(MessageKey.of(id));
    }

    /**
     * Lists what happened to a message.
     *
     * @param key which
     * @return its events in the order in which they were stored; none when there is no such message
     */
    public List<MessageEvent> events(MessageKey key) {
        return engine.store().events(key);
    }

    /**
     * Returns what was read from the mailboxes.
     *
     * @return the archive, never null
     */
    public ReceiptArchive receipts() {
        return engine.receipts();
    }

    /**
     * Returns what reads the mailboxes.
     *
     * @return the poller, never null
     */
    public ImapReceiptPoller poller() {
        return engine.poller();
    }

    /**
     * Returns what watches the deadlines.
     *
     * @return the monitor, never null
     */
    public TimeoutMonitor timeouts() {
        return engine.timeouts();
    }

    /**
     * Returns the parser that the proxy reads receipts with, signatures verified as configured.
     *
     * @return the parser, never null
     */
    public PecReceiptParser parser() {
        return engine.parser();
    }

    /**
     * Returns the loops one turn at a time.
     *
     * @return the steps, never null
     */
    public EngineSteps steps() {
        return engine;
    }

    /**
     * Tells how the proxy is doing: the store, the engine's loops, what is suspended, which mailboxes are blind, what is due and
     * what waits for a sink. Costs a few queries; does not throw when the store is in trouble, but says so.
     *
     * @return the snapshot, never null
     */
    public HealthSnapshot health() {
        return engine.health();
    }

    /**
     * Counts what is in the store.
     *
     * @return the figures, never null
     */
    public StoreStatistics statistics() {
        EventStore store = engine.store();
        return store.statistics(store.clock().instant());
    }

    /**
     * Forgets a sink that this host does not serve any more, with everything that waits for it. Until then its entries are kept, and
     * keep their messages from being purged.
     *
     * @param name the sink's name
     * @return whether it was known
     */
    public boolean forgetSink(String name) {
        return engine.store().forgetSink(name);
    }

    /**
     * Deletes finished messages that were reported, oldest first. Nothing is deleted unless this is called; what is evidence goes only
     * by the request's own time for it. A host calls this now and then, until it returns less than the limit.
     *
     * @param request what may go and how much at once
     * @return how many messages were deleted
     */
    public int purge(PurgeRequest request) {
        return engine.store().purge(request);
    }

    /**
     * Deletes the records of mails in the mailboxes that concern no message of ours: receipts of other applications, mail that came
     * in, mail that could not be read. Nothing of the mailbox itself is touched, and no evidence of a message sent goes. A host calls
     * this now and then, until it returns less than the limit; without it the records are kept for ever.
     *
     * @param readBefore only mails read before this time
     * @param limit how many at once, at least 1
     * @return how many records were deleted
     * @throws IllegalArgumentException if the limit is below 1
     */
    public int purgeUnrelated(Instant readBefore, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1: " + limit);
        }
        return engine.store().purgeUnrelated(readBefore, limit);
    }

    /** Stops the engine, waiting up to {@link #DEFAULT_STOP_GRACE}, and closes the connections and the store. */
    @Override
    public void close() {
        engine.close();
    }
}
