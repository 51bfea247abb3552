package io.github.pecmailproxy;

import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.ReceiptTrust;
import io.github.pecmailproxy.imap.ImapReceiptPoller;
import io.github.pecmailproxy.internal.dispatch.DispatchSettings;
import io.github.pecmailproxy.internal.lifecycle.MaximumAge;
import io.github.pecmailproxy.internal.report.NamedSink;
import io.github.pecmailproxy.internal.retention.RetentionSettings;
import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import io.github.pecmailproxy.operations.OperationsListener;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.queue.MessageQueue;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.smtp.RetryReason;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.timeout.TimeoutMonitor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link MailProxy} together. Only the store is required; everything else has a default. Every method checks its value at once
 * and throws {@link InvalidValueException} naming the field. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class MailProxyBuilder {
    /** The waits between the attempts to send a message: 1, 5, 15, 60, 120 minutes, each lengthened by up to a fifth. */
    public static final List<Duration> DEFAULT_RETRY_DELAYS = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofMinutes(60),
            Duration.ofMinutes(120));

    /** For how long a message is leased to the node that sends it: 2 minutes, prolonged while the node lives. */
    public static final Duration DEFAULT_LEASE_DURATION = Duration.ofMinutes(2);

    /** How many messages of an account are leased beyond those on the wire: 20. */
    public static final int DEFAULT_LEASE_AHEAD = 20;

    /** How many transmissions are under way at once, all accounts together: 32. */
    public static final int DEFAULT_MAX_TRANSMISSIONS = 32;

    /** How often the queue is looked at for what other processes enqueued: 1 second. */
    public static final Duration DEFAULT_DISPATCH_INTERVAL = Duration.ofSeconds(1);

    /** How often reports are looked for: 1 second. */
    public static final Duration DEFAULT_REPORT_INTERVAL = Duration.ofSeconds(1);

    /** The name of the sink that is given without one. */
    public static final String DEFAULT_SINK = "default";

    private static final int LONGEST_SINK_NAME = 64;

    private @Nullable EventStore store;
    private final List<MailAccount> accounts = new ArrayList<>();
    private @Nullable AccountSource accountSource;
    private final Map<String, NamedSink> sinks = new LinkedHashMap<>();
    private OperationsListener operations = OperationsListener.none();
    private MailProxyMetrics metrics = MailProxyMetrics.none();
    private @Nullable InstantSource clock;
    private @Nullable ProviderTrust trust;
    private @Nullable SmtpSender sender;
    private List<Duration> retryDelays = DEFAULT_RETRY_DELAYS;
    private final Map<RetryReason, List<Duration>> retryDelaysByReason = new EnumMap<>(RetryReason.class);
    private MaximumAge maximumAge = MaximumAge.UNLIMITED;
    private Duration leaseDuration = DEFAULT_LEASE_DURATION;
    private int leaseAhead = DEFAULT_LEASE_AHEAD;
    private int maxTransmissions = DEFAULT_MAX_TRANSMISSIONS;
    private Duration dispatchInterval = DEFAULT_DISPATCH_INTERVAL;
    private Duration pollInterval = ImapReceiptPoller.DEFAULT_POLL_INTERVAL;
    private int idleMailboxes = ImapReceiptPoller.DEFAULT_IDLE_MAILBOXES;
    private double quotaWarning = ImapReceiptPoller.DEFAULT_QUOTA_WARNING;
    private Duration timeoutInterval = TimeoutMonitor.DEFAULT_CHECK_INTERVAL;
    private Duration reportInterval = DEFAULT_REPORT_INTERVAL;
    private RetentionSettings retention = RetentionSettings.KEEP_EVERYTHING;
    private Priority defaultPriority = MessageQueue.DEFAULT_PRIORITY;
    private String trackingHeader = PecReceiptParser.DEFAULT_TRACKING_HEADER;

    MailProxyBuilder() {}

    /**
     * Sets where everything is kept. Required. The proxy closes it when it is closed itself.
     *
     * @param value the store
     * @return this
     */
    public MailProxyBuilder store(EventStore value) {
        store = FieldCheck.required("store", value);
        return this;
    }

    /**
     * Adds an account.
     *
     * @param value the account
     * @return this
     */
    public MailProxyBuilder account(MailAccount value) {
        if (accounts.stream().anyMatch(account -> account.key().equals(value.key()))) {
            throw new InvalidValueException(
                    "account",
                    "is given twice: " + InvalidValueException.quote(value.key().toString()));
        }
        accounts.add(value);
        return this;
    }

    /**
     * Sets where accounts come from at run time, in addition to those given here, which win.
     *
     * @param source the source
     * @return this
     */
    public MailProxyBuilder accounts(AccountSource source) {
        accountSource = FieldCheck.required("accounts", source);
        return this;
    }

    /**
     * Adds a sink for reports, under the name {@value #DEFAULT_SINK}.
     *
     * @param sink the sink
     * @return this
     */
    public MailProxyBuilder reports(DeliveryReportSink sink) {
        return reports(DEFAULT_SINK, sink);
    }

    /**
     * Adds a sink for reports. Every sink gets every event that is stored after it was first known under its name.
     *
     * @param name the name under which the store remembers what the sink acknowledged
     * @param sink the sink
     * @return this
     */
    public MailProxyBuilder reports(String name, DeliveryReportSink sink) {
        FieldCheck.identifier("reports.name", name, LONGEST_SINK_NAME);
        if (sinks.putIfAbsent(name, new NamedSink(name, FieldCheck.required("reports", sink))) != null) {
            throw new InvalidValueException("reports.name", "is given twice: " + InvalidValueException.quote(name));
        }
        return this;
    }

    /**
     * Sets who hears of trouble.
     *
     * @param listener the listener
     * @return this
     */
    public MailProxyBuilder operations(OperationsListener listener) {
        operations = FieldCheck.required("operations", listener);
        return this;
    }

    /**
     * Sets who counts and times what the proxy does, such as {@link io.github.pecmailproxy.metrics.MicrometerMetrics}; nobody if left out.
     *
     * @param value the metrics
     * @return this
     */
    public MailProxyBuilder metrics(MailProxyMetrics value) {
        metrics = FieldCheck.required("metrics", value);
        return this;
    }

    /**
     * Sets whose receipts are trusted; the PEC providers under "AgID CA1" if left out.
     *
     * @param value the trust
     * @return this
     */
    public MailProxyBuilder trust(ProviderTrust value) {
        trust = FieldCheck.required("trust", value);
        return this;
    }

    /**
     * Sets the clock; the store's if left out, on which all nodes agree. For tests and simulations.
     *
     * @param value the clock
     * @return this
     */
    public MailProxyBuilder clock(InstantSource value) {
        clock = FieldCheck.required("clock", value);
        return this;
    }

    /**
     * Sets what hands messages to servers; SMTP over Angus Mail if left out. The proxy closes it when it is closed itself.
     *
     * @param value the sender
     * @return this
     */
    public MailProxyBuilder smtpSender(SmtpSender value) {
        sender = FieldCheck.required("smtp_sender", value);
        return this;
    }

    /**
     * Sets the waits between the attempts to send a message, for every reason that has none of its own; when they are used up it fails.
     *
     * @param delays positive times, at least one
     * @return this
     */
    public MailProxyBuilder retryDelays(Collection<Duration> delays) {
        retryDelays = waits("retry_delays", delays);
        return this;
    }

    /**
     * Sets the waits after attempts that failed for one reason, instead of those for all reasons: the first wait follows the first
     * attempt of the message, the second the second, whatever the earlier ones failed of. A message whose attempt fails when there is no
     * wait left for its reason fails.
     *
     * @param reason why another attempt is needed
     * @param delays positive times, at least one; lengthened by up to a fifth
     * @return this
     */
    public MailProxyBuilder retryDelays(RetryReason reason, Collection<Duration> delays) {
        retryDelaysByReason.put(FieldCheck.required("retry_reason", reason), waits("retry_delays", delays));
        return this;
    }

    private static List<Duration> waits(String field, Collection<Duration> delays) {
        if (delays.isEmpty()) {
            throw new InvalidValueException(field, "is empty");
        }
        delays.forEach(delay -> positive(field, delay));
        return List.copyOf(delays);
    }

    /**
     * Sets for how long after its enqueueing a message may wait to be sent, whatever holds it back: retries, a rate limit, a suspension. Then
     * it fails, with its reason and the event {@code error}; never while an earlier attempt may have arrived. For ever if left out.
     *
     * @param value a positive time; a message deferred until later than that is refused when it is enqueued
     * @return this
     */
    public MailProxyBuilder maximumAge(Duration value) {
        maximumAge = new MaximumAge(positive("maximum_age", value));
        return this;
    }

    /**
     * Sets for how long a message is leased to the node that sends it, and, half as long again, a mailbox to the node that reads it.
     *
     * @param value at least 3 seconds; after a crash the messages that were on the wire are in doubt that much later, and another node
     *     reads the mailboxes
     * @return this
     */
    public MailProxyBuilder leaseDuration(Duration value) {
        leaseDuration = new DispatchSettings(value, leaseAhead, maxTransmissions, dispatchInterval).leaseDuration();
        return this;
    }

    /**
     * Sets how many messages of an account are leased beyond those on the wire.
     *
     * @param value 1 to 10,000; after a crash so many more are in doubt
     * @return this
     */
    public MailProxyBuilder leaseAhead(int value) {
        leaseAhead = new DispatchSettings(leaseDuration, value, maxTransmissions, dispatchInterval).leaseAhead();
        return this;
    }

    /**
     * Sets how many transmissions are under way at once, all accounts together.
     *
     * <p>One that has taken 5 seconds, and each further one of an account whose last took so long, does not count, so that servers that
     * hang keep no other account from sending: at most {@code value} that count and four times as many that do not.
     *
     * <p>Where more want to send than may, the tenants have equal shares, however many accounts each has, and the accounts of a tenant take
     * turns; what a tenant leaves unused the others have.
     *
     * @param value 1 to 10,000
     * @return this
     */
    public MailProxyBuilder maxTransmissions(int value) {
        maxTransmissions = new DispatchSettings(leaseDuration, leaseAhead, value, dispatchInterval).maxTransmissions();
        return this;
    }

    /**
     * Sets how often the queue is looked at for what other processes enqueued.
     *
     * @param value a positive time
     * @return this
     */
    public MailProxyBuilder dispatchInterval(Duration value) {
        dispatchInterval = positive("dispatch_interval", value);
        return this;
    }

    /**
     * Sets how often a mailbox is read when its server does not tell of new mail.
     *
     * @param value a positive time
     * @return this
     */
    public MailProxyBuilder pollInterval(Duration value) {
        pollInterval = positive("poll_interval", value);
        return this;
    }

    /**
     * Sets how many mailboxes keep a connection between polls. Where the server offers IDLE each costs a thread and tells of new
     * mail at once; all others are connected for each poll.
     *
     * @param value 0 or more
     * @return this
     * @throws InvalidValueException if it is negative
     */
    public MailProxyBuilder idleMailboxes(int value) {
        if (value < 0) {
            throw new InvalidValueException("idle_mailboxes", "must not be negative");
        }
        idleMailboxes = value;
        return this;
    }

    /**
     * Sets from when on a mailbox is reported as filling up, where its server tells.
     *
     * @param share a share of its quota, greater than 0 and at most 1
     * @return this
     * @throws InvalidValueException if it is anything else
     */
    public MailProxyBuilder quotaWarning(double share) {
        if (!(share > 0 && share <= 1)) {
            throw new InvalidValueException("quota_warning", "must be greater than 0 and at most 1");
        }
        quotaWarning = share;
        return this;
    }

    /**
     * Sets how often deadlines are looked at.
     *
     * @param value a positive time
     * @return this
     */
    public MailProxyBuilder timeoutInterval(Duration value) {
        timeoutInterval = positive("timeout_interval", value);
        return this;
    }

    /**
     * Sets how often reports are looked for.
     *
     * @param value a positive time
     * @return this
     */
    public MailProxyBuilder reportInterval(Duration value) {
        reportInterval = positive("report_interval", value);
        return this;
    }

    /**
     * Has a running proxy delete finished and reported messages of <em>ordinary</em> accounts once their last event is older than this,
     * as {@link MailProxy#purge} does, once an hour and a little at a time. By default they are kept for ever.
     *
     * @param age a positive time
     * @return this
     * @throws InvalidValueException if it is not positive
     */
    public MailProxyBuilder purgeOrdinaryAfter(Duration age) {
        retention = retention.withOrdinary(positive("purge_ordinary_after", age));
        return this;
    }

    /**
     * Has a running proxy delete finished and reported messages of <em>PEC</em> accounts with their receipts, which is to say the
     * evidence of them, once their last event is older than this. By default they are kept for ever; nothing else that is set here
     * touches them.
     *
     * @param age a positive time; laws may ask for ten years
     * @return this
     * @throws InvalidValueException if it is not positive
     */
    public MailProxyBuilder purgeEvidenceAfter(Duration age) {
        retention = retention.withEvidence(positive("purge_evidence_after", age));
        return this;
    }

    /**
     * Has a running proxy delete the records of mails that concern no message of ours once they were read longer ago than this, as
     * {@link MailProxy#purgeUnrelated} does. By default they are kept for ever.
     *
     * @param age a positive time
     * @return this
     * @throws InvalidValueException if it is not positive
     */
    public MailProxyBuilder purgeUnrelatedAfter(Duration age) {
        retention = retention.withUnrelated(positive("purge_unrelated_after", age));
        return this;
    }

    /**
     * Sets the priority of a message that names none.
     *
     * @param value the priority
     * @return this
     */
    public MailProxyBuilder defaultPriority(Priority value) {
        defaultPriority = FieldCheck.required("default_priority", value);
        return this;
    }

    /**
     * Sets the header that carries the host's id of a message. Some providers may return it in receipts; it is a hint for people and
     * never decides anything (facts 0.3).
     *
     * @param name a header name
     * @return this
     */
    public MailProxyBuilder trackingHeader(String name) {
        trackingHeader = FieldCheck.identifier("tracking_header", name, LONGEST_SINK_NAME);
        return this;
    }

    /**
     * Puts the proxy together. Nothing runs until {@link MailProxy#start()}.
     *
     * @return the proxy, never null
     * @throws InvalidValueException naming the field that is missing
     */
    public MailProxy build() {
        return build(null);
    }

    /** Puts the proxy together in other surroundings than the real ones, null for those. */
    MailProxy build(@Nullable EngineSurroundings surroundings) {
        EventStore chosenStore = FieldCheck.required("store", store);
        InstantSource chosenClock = clock == null ? chosenStore.clock() : clock;
        ProviderTrust chosenTrust = trust == null ? defaultTrust(chosenClock) : trust;
        EngineSettings settings = new EngineSettings(
                chosenStore,
                accountSource(),
                List.copyOf(sinks.values()),
                operations,
                metrics,
                chosenClock,
                chosenTrust,
                sender,
                retryDelays,
                Map.copyOf(retryDelaysByReason),
                maximumAge,
                new DispatchSettings(leaseDuration, leaseAhead, maxTransmissions, dispatchInterval),
                pollInterval,
                idleMailboxes,
                quotaWarning,
                timeoutInterval,
                reportInterval,
                retention,
                defaultPriority,
                trackingHeader);
        return new MailProxy(
                new Engine(settings, surroundings == null ? EngineSurroundings.real(chosenTrust) : surroundings));
    }

    private static ProviderTrust defaultTrust(InstantSource now) {
        return ProviderTrust.builder().defaultAnchors().clock(now).build();
    }

    private AccountSource accountSource() {
        List<MailAccount> fixed = List.copyOf(accounts);
        AccountSource further = accountSource;
        if (further == null) {
            return AccountSource.of(fixed);
        }
        return () -> Stream.concat(
                        fixed.stream(),
                        further.accounts().stream()
                                .filter(account -> fixed.stream()
                                        .noneMatch(own -> own.key().equals(account.key()))))
                .toList();
    }

    private static Duration positive(String field, Duration value) {
        if (FieldCheck.required(field, value).isNegative() || value.isZero()) {
            throw new InvalidValueException(field, "is " + value + ", must be positive");
        }
        return value;
    }

    /** Tells whether any account of a list relies on verified signatures. */
    static boolean reliesOnProof(Collection<MailAccount> accounts) {
        return accounts.stream()
                .anyMatch(account -> account.pec() && account.receiptTrust() != ReceiptTrust.ACCEPT_UNVERIFIED);
    }
}
