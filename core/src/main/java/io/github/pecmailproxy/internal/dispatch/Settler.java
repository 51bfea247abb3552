package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.engine.MessageLog;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.RetryableStoreException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores how leases ended. Thread-safe. */
final class Settler {
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);

    private static final int MOST_RACES = 20;

    private final EventStore store;
    private final TransmissionRules rules;
    private final InstantSource clock;

    Settler(EventStore store, TransmissionRules rules, InstantSource clock) {
        this.store = store;
        this.rules = rules;
        this.clock = clock;
    }

    /** Stores settlements; those whose lease was lost change nothing, and what they know is told as news instead. */
    void settle(List<Settlement> settlements) {
        Set<MessageKey> lost =
                store.apply(settlements.stream().map(Settlement::change).toList(), clock.instant());
        for (Settlement settlement : settlements) {
            if (!lost.contains(settlement.change().message().key())) {
                MessageLog.changed(settlement.change());
            } else if (!isStored(settlement)) {
                leaseLost(settlement);
            }
        }
    }

    /** Tells whether the change is there already: an earlier call failed after its commit. */
    private boolean isStored(Settlement settlement) {
        TrackedMessage meant = settlement.change().message();
        return store.message(meant.key())
                .filter(present -> present.version() == meant.version() && present.state() == meant.state())
                .isPresent();
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
        // The doubt that followed from the lost lease has an answer after all, and it is here. It must not get lost in
        // a race with
        // those who look at the doubt: the message would be sent again.
        MailAccount account = settlement.account().orElseThrow();
        int attempt = settlement.change().message().attempts();
        for (int race = 0; race < MOST_RACES; race++) {
            Optional<MessageChange> late = store.message(key)
                    .flatMap(message -> rules.acceptedLate(message, attempt, accepted, account, clock.instant()));
            if (late.isEmpty()) {
                return;
            }
            if (store.apply(List.of(late.get()), clock.instant()).isEmpty()) {
                MessageLog.changed(late.get());
                return;
            }
        }
        throw new RetryableStoreException(
                "the late acceptance of " + key + " could not be stored: it kept changing", null);
    }
}
