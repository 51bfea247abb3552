package io.github.pecmailproxy.health;

import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.store.StoreStatistics;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a proxy was doing at a moment. Immutable; holds no secret and no content of a message.
 *
 * @param at the moment
 * @param running whether the engine runs in this process; a client is healthy without
 * @param storeTrouble why the store or the accounts could not be read, null when they could
 * @param statistics the store's figures: the oldest due message, what waits for a sink; null when the store could not be read
 * @param suspensions what is held back, why and since when
 * @param mailboxes the mailboxes as this node sees them
 * @param deadLoops the engine's loops that ought to run and do not; empty when the engine does not run
 * @since 0.1.0
 */
public record HealthSnapshot(
        Instant at,
        boolean running,
        @Nullable String storeTrouble,
        @Nullable StoreStatistics statistics,
        List<Suspension> suspensions,
        List<MailboxStatus> mailboxes,
        List<String> deadLoops) {
    /** Copies the lists. */
    public HealthSnapshot {
        suspensions = List.copyOf(suspensions);
        mailboxes = List.copyOf(mailboxes);
        deadLoops = List.copyOf(deadLoops);
    }

    /**
     * Tells whether this process can do its work: the store answers and every loop runs. A restart may help when it is false. A suspended
     * account and a blind mailbox are reasons too, but none of this process.
     *
     * @return whether it can
     */
    public boolean isAlive() {
        return storeTrouble == null && deadLoops.isEmpty();
    }

    /**
     * Tells whether there is nothing that a person should look at.
     *
     * @return true when there are no {@link #reasons()}
     */
    public boolean isHealthy() {
        return reasons().isEmpty();
    }

    /**
     * Lists what a person should look at.
     *
     * @return one sentence each, naming what it is about and since when; empty when all is well
     */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        if (storeTrouble != null) {
            reasons.add("the store cannot be read: " + storeTrouble);
        }
        deadLoops.forEach(loop -> reasons.add("the loop \"" + loop + "\" does not run"));
        for (Suspension suspension : suspensions) {
            reasons.add(name(suspension.scope()) + " is suspended since " + suspension.since() + ": "
                    + suspension.reason());
        }
        for (MailboxStatus mailbox : mailboxes) {
            if (mailbox.blindSince() != null) {
                reasons.add("the mailbox of account " + mailbox.account() + " is blind since " + mailbox.blindSince()
                        + ": " + mailbox.trouble());
            }
        }
        return List.copyOf(reasons);
    }

    private static String name(SuspensionScope scope) {
        if (scope instanceof SuspensionScope.Account account) {
            return "account " + account.key();
        }
        if (scope instanceof SuspensionScope.Batch batch) {
            return "batch " + batch.tenant() + "/" + batch.batchCode();
        }
        return "tenant " + ((SuspensionScope.Tenant) scope).tenant();
    }
}
