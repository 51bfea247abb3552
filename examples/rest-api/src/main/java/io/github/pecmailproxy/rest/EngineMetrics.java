package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.store.StoreStatistics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** Meters of what is in the store, counted at most once in {@link #FRESH} however often they are read. */
final class EngineMetrics implements MeterBinder {
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final MailProxy proxy;
    private final InstantSource clock;
    private final AtomicReference<Counted> counted;

    private record Counted(StoreStatistics statistics, Instant at) {}

    EngineMetrics(MailProxy proxy, InstantSource storeClock) {
        this.proxy = proxy;
        this.clock = storeClock;
        counted = new AtomicReference<>(new Counted(proxy.statistics(), clock.instant()));
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (MessageState state : MessageState.values()) {
            Gauge.builder("pec.messages", this, self -> self.statistics().count(state))
                    .description("Messages in the store by state")
                    .tag("state", MessageView.wire(state))
                    .register(registry);
        }
        Gauge.builder("pec.reports.waiting", this, self -> self.statistics().unreported())
                .description("Entries that no sink has taken up yet")
                .register(registry);
        Gauge.builder("pec.queue.oldest.due", this, EngineMetrics::oldestDueSeconds)
                .description("For how long the message that waits longest could have been sent")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("pec.mailboxes.blind", this, EngineMetrics::blindMailboxes)
                .description("Mailboxes that cannot be read")
                .register(registry);
        Gauge.builder(
                        "pec.suspensions",
                        this,
                        self -> self.proxy.queue().suspensions().size())
                .description("Tenants, accounts and batches that are held back")
                .register(registry);
    }

    private double oldestDueSeconds() {
        Instant oldest = statistics().oldestDue();
        return oldest == null
                ? 0
                : Math.max(0, Duration.between(oldest, clock.instant()).toSeconds());
    }

    private double blindMailboxes() {
        return proxy.poller().mailboxes().stream()
                .filter(mailbox -> mailbox.blindSince() != null)
                .count();
    }

    private StoreStatistics statistics() {
        Counted last = counted.get();
        Instant now = clock.instant();
        if (now.isAfter(last.at().plus(FRESH)) || now.isBefore(last.at())) {
            last = new Counted(proxy.statistics(), now);
            counted.set(last);
        }
        return last.statistics();
    }
}
