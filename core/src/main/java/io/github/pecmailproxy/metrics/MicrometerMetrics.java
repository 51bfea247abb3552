package io.github.pecmailproxy.metrics;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.health.HealthSnapshot;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoreStatistics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Meters in a Micrometer registry; the README has a table of them. Needs {@code io.micrometer:micrometer-core}, which this library does
 * not bring. The store is asked at most once in 5 seconds, however often the meters are read, and only when they are. Thread-safe.
 *
 * <p>Meters with the tags {@code tenant} and {@code account} grow with the number of accounts; where there are very many, {@code
 * MeterFilter.ignoreTags("account")} adds them up. One registry serves one proxy.
 *
 * @since 0.1.0
 */
public final class MicrometerMetrics implements MailProxyMetrics {
    private static final Duration FRESH = Duration.ofSeconds(5);

    private static final Duration[] ACCEPTANCE_BUCKETS = {
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(2),
        Duration.ofMinutes(5),
        Duration.ofMinutes(10),
        Duration.ofMinutes(30),
        Duration.ofHours(1),
        Duration.ofHours(4)
    };
    private static final Duration[] DELIVERY_BUCKETS = {
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(4),
        Duration.ofHours(12),
        Duration.ofHours(24),
        Duration.ofHours(26)
    };
    private static final Duration[] STORE_BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry registry;

    /**
     * Creates the meters of one proxy.
     *
     * @param registry where to register them
     */
    @SuppressWarnings("exports") // Whoever calls it has Micrometer; passing it on would ask it of everybody.
    public MicrometerMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void watch(Supplier<HealthSnapshot> health) {
        MultiGauge lag = MultiGauge.builder("pec.mailbox.lag")
                .description("How long ago the mailbox was last read to its end")
                .baseUnit("seconds")
                .register(registry);
        Watched watched = new Watched(health, lag, registry);
        for (MessageState state : MessageState.values()) {
            Gauge.builder("pec.messages", watched, statistics(known -> known.count(state)))
                    .description("Messages in the store by state")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .strongReference(true)
                    .register(registry);
        }
        gauge(
                "pec.queue.pending",
                "Messages that wait to be sent or are on the wire",
                watched,
                statistics(known -> known.count(MessageState.QUEUED)
                        + known.count(MessageState.DEFERRED)
                        + known.count(MessageState.SENDING)));
        gauge(
                "pec.reports.waiting",
                "Entries that no sink has taken up yet",
                watched,
                statistics(StoreStatistics::unreported));
        Gauge.builder("pec.queue.oldest.due", watched, Watched::oldestDueSeconds)
                .description("For how long the message that waits longest could have been sent")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        gauge("pec.mailboxes.blind", "Mailboxes that cannot be read", watched, Watched::blindMailboxes);
        gauge("pec.suspensions", "Tenants, accounts and batches that are held back", watched, Watched::suspensions);
        gauge("pec.store.up", "1 when the store can be read, else 0", watched, Watched::storeUp);
    }

    private void gauge(String name, String description, Watched watched, ToDoubleFunction<Watched> value) {
        Gauge.builder(name, watched, value)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private static ToDoubleFunction<Watched> statistics(ToDoubleFunction<StoreStatistics> figure) {
        return watched -> {
            StoreStatistics known = watched.snapshot().statistics();
            return known == null ? Double.NaN : figure.applyAsDouble(known);
        };
    }

    @Override
    public void happened(AccountKey account, EventType event) {
        Counter.builder("pec.events")
                .description("What happened to messages")
                .tags(tags(account).and("event", event.wireName()))
                .register(registry)
                .increment();
    }

    @Override
    public void rateLimited(AccountKey account) {
        Counter.builder("pec.rate.limited")
                .description("Windows in which rate limits held messages back")
                .tags(tags(account))
                .register(registry)
                .increment();
    }

    @Override
    public void receiptRead(ReceiptRecord receipt) {
        String type = receipt.receiptType();
        Counter.builder("pec.receipts")
                .description("Mails read from mailboxes")
                .tags(tags(receipt.mailbox().account())
                        .and(
                                "type",
                                type == null ? receipt.kind() : type,
                                "verdict",
                                receipt.verdict().wireName(),
                                "disposition",
                                receipt.disposition().name().toLowerCase(Locale.ROOT)))
                .register(registry)
                .increment();
    }

    @Override
    public void accepted(AccountKey account, Duration sinceSent) {
        Timer.builder("pec.acceptance.time")
                .description("From sending a message to its acceptance")
                .tags(tags(account))
                .serviceLevelObjectives(ACCEPTANCE_BUCKETS)
                .register(registry)
                .record(sinceSent);
    }

    @Override
    public void delivered(AccountKey account, Duration sinceSent) {
        Timer.builder("pec.delivery.time")
                .description("From sending a message to its delivery to a recipient")
                .tags(tags(account))
                .serviceLevelObjectives(DELIVERY_BUCKETS)
                .register(registry)
                .record(sinceSent);
    }

    @Override
    public void reported(String sink, ReportResult result, int entries) {
        Counter.builder("pec.reports")
                .description("Entries delivered to sinks")
                .tags("sink", sink, "result", result.wireName())
                .register(registry)
                .increment(entries);
    }

    @Override
    public void storeCalled(String operation, Duration took, boolean succeeded) {
        Timer.builder("pec.store.time")
                .description("How long the store took")
                .tags("operation", operation, "outcome", succeeded ? "success" : "failure")
                .serviceLevelObjectives(STORE_BUCKETS)
                .register(registry)
                .record(took);
    }

    private static Tags tags(AccountKey account) {
        return Tags.of("tenant", account.tenant(), "account", account.id());
    }

    /** What the gauges show, asked for when they are read and kept for a moment. */
    private static final class Watched {
        private final Supplier<HealthSnapshot> health;
        private final MultiGauge lag;
        private final MeterRegistry registry;
        private @Nullable HealthSnapshot last;
        private long askedAt;

        Watched(Supplier<HealthSnapshot> health, MultiGauge lag, MeterRegistry registry) {
            this.health = health;
            this.lag = lag;
            this.registry = registry;
        }

        synchronized HealthSnapshot snapshot() {
            long now = registry.config().clock().monotonicTime();
            HealthSnapshot known = last;
            if (known == null || now - askedAt > FRESH.toNanos()) {
                known = health.get();
                askedAt = now;
                last = known;
                showLag(known);
            }
            return known;
        }

        /** Accounts come and go; each that is there has its row. */
        private void showLag(HealthSnapshot known) {
            List<MultiGauge.Row<?>> rows = known.mailboxes().stream()
                    .<MultiGauge.Row<?>>map(mailbox -> MultiGauge.Row.of(
                            tags(mailbox.account()), this, self -> self.lagSeconds(mailbox.account())))
                    .toList();
            lag.register(rows);
        }

        private double lagSeconds(AccountKey account) {
            HealthSnapshot known = snapshot();
            return known.mailboxes().stream()
                    .filter(mailbox -> mailbox.account().equals(account))
                    .map(MailboxStatus::lastRead)
                    .mapToDouble(read -> read == null ? Double.NaN : secondsSince(read, known.at()))
                    .findFirst()
                    .orElse(Double.NaN);
        }

        double oldestDueSeconds() {
            HealthSnapshot known = snapshot();
            StoreStatistics statistics = known.statistics();
            if (statistics == null) {
                return Double.NaN;
            }
            Instant oldest = statistics.oldestDue();
            return oldest == null ? 0 : secondsSince(oldest, known.at());
        }

        double blindMailboxes() {
            HealthSnapshot known = snapshot();
            return known.storeTrouble() != null
                    ? Double.NaN
                    : known.mailboxes().stream()
                            .filter(mailbox -> mailbox.blindSince() != null)
                            .count();
        }

        double suspensions() {
            HealthSnapshot known = snapshot();
            return known.storeTrouble() != null
                    ? Double.NaN
                    : known.suspensions().size();
        }

        double storeUp() {
            return snapshot().storeTrouble() == null ? 1 : 0;
        }

        private static double secondsSince(Instant then, Instant now) {
            return Math.max(0, Duration.between(then, now).toMillis() / 1000.0);
        }
    }
}
