package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.engine.MessageLog;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.MessageChange;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores how leases ended. Thread-safe. */
final class Settler {
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);

    private final EventStore store;
    private final InstantSource clock;

    Settler(EventStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Stores settlements; those whose lease was lost change nothing, and what they know is told as news instead. */
    void settle(List<Settlement> settlements) {
        Set<MessageKey> lost =
                store.apply(settlements.stream().map(Settlement::change).toList(), clock.instant());
        for (Settlement settlement : settlements) {
            if (lost.contains(settlement.change().message().key())) {
                leaseLost(settlement);
            } else {
                MessageLog.changed(settlement.change());
            }
        }
    }

    private void leaseLost(Settlement settlement) {
        MessageKey key = settlement.change().message().key();
        Optional<SendOutcome> outcome = settlement.outcome();
        LOG.warn(
                "the lease of {} was lost before it was settled: {}",
                key,
                outcome.map(known -> known.getClass().getSimpleName()).orElse("not sent"));
        if (outcome.isEmpty() || !(outcome.get() instanceof SendOutcome.Accepted accepted)) {
            return;
        }
        // The doubt that followed from the lost lease has an answer after all, and it is here.
        MailAccount account = settlement.account().orElseThrow();
        Optional<TrackedMessage> current = store.message(key);
        Optional<MessageChange> late = current.flatMap(message -> TransmissionRules.acceptedLate(
                message, settlement.change().message().attempts(), accepted, account, clock.instant()));
        if (late.isPresent() && store.apply(List.of(late.get()), clock.instant()).isEmpty()) {
            MessageLog.changed(late.get());
        }
    }
}
