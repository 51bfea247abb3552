package io.github.pecmailproxy.internal.timeout;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.engine.MessageLog;
import io.github.pecmailproxy.internal.lifecycle.DeadlineRules;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.timeout.TimeoutMonitor;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Deals with deadlines that have passed. Every decision is fenced by the message's version, so of several nodes that look at the same
 * message one decides. Doubts are not resolved here, where a slow mailbox would hold up the alarms of others: they are claimed and
 * handed on. Thread-safe.
 */
public final class DeadlineMonitor implements TimeoutMonitor {
    private static final int LARGEST_BATCH = 200;

    /** A message whose account is not there is looked at again after this time. */
    private static final Duration WAIT_FOR_ACCOUNT = Duration.ofMinutes(5);

    private final EventStore store;
    private final AccountSource accounts;
    private final TransmissionRules transmissions;
    private final Consumer<TrackedMessage> doubts;
    private final Alarm alarm;
    private final InstantSource clock;

    /**
     * Creates a monitor.
     *
     * @param store where the messages are
     * @param accounts the accounts
     * @param transmissions the rules of leases and doubts
     * @param doubts resolves a doubt, or sees to it that somebody does
     * @param alarm told of what people must know
     * @param clock the engine's clock
     */
    public DeadlineMonitor(
            EventStore store,
            AccountSource accounts,
            TransmissionRules transmissions,
            Consumer<TrackedMessage> doubts,
            Alarm alarm,
            InstantSource clock) {
        this.store = store;
        this.accounts = accounts;
        this.transmissions = transmissions;
        this.doubts = doubts;
        this.alarm = alarm;
        this.clock = clock;
    }

    @Override
    public int checkOnce() {
        int changed = 0;
        List<TrackedMessage> overdue;
        do {
            Instant now = clock.instant();
            overdue = store.overdue(now, LARGEST_BATCH);
            changed += apply(overdue, now);
        } while (overdue.size() == LARGEST_BATCH);
        return changed;
    }

    private int apply(List<TrackedMessage> overdue, Instant now) {
        Map<AccountKey, Optional<Instant>> readUpTo = new HashMap<>();
        List<MessageChange> changes = new ArrayList<>();
        List<TrackedMessage> claimedDoubts = new ArrayList<>();
        Set<AccountKey> missing = new HashSet<>();
        for (TrackedMessage message : overdue) {
            AccountKey key = new AccountKey(message.key().tenant(), message.account());
            Optional<MailAccount> account = accounts.account(key);
            if (account.isEmpty()) {
                if (missing.add(key)) {
                    alarm.on(new OperationalEvent.AccountMissing(key));
                }
                changes.add(withoutAccount(message, now));
                continue;
            }
            switch (message.state()) {
                case QUEUED, DEFERRED -> changes.add(transmissions.waitedTooLong(message, now));
                case SENDING -> changes.add(transmissions.leaseEnded(message, account.get(), now));
                case IN_DOUBT -> {
                    // The later deadline is the claim: no other node will look at it in the meantime.
                    MessageChange claim = transmissions.stillInDoubt(message, now);
                    changes.add(claim);
                    claimedDoubts.add(claim.message());
                }
                default ->
                    changes.add(DeadlineRules.overdue(
                            message,
                            account.get(),
                            readUpTo.computeIfAbsent(key, unused -> readUpTo(account.get())),
                            now));
            }
        }
        if (changes.isEmpty()) {
            return 0;
        }
        Set<MessageKey> lost = store.apply(changes, now);
        for (MessageChange change : changes) {
            if (!lost.contains(change.message().key())) {
                MessageLog.changed(change);
            }
        }
        claimedDoubts.stream().filter(message -> !lost.contains(message.key())).forEach(doubts);
        return changes.size() - lost.size();
    }

    private MessageChange withoutAccount(TrackedMessage message, Instant now) {
        if (message.state() == MessageState.SENDING) {
            // A lease ends whether or not the account is there: who held it can then still tell that the server
            // accepted.
            return transmissions.leaseEnded(message, MailAccount.DEFAULT_ACCEPTANCE_TIMEOUT, now);
        }
        if (message.state().isWaiting()) {
            return transmissions.waitedTooLong(message, now);
        }
        return new MessageChange(
                message.next().deadline(now.plus(WAIT_FOR_ACCOUNT)).build(), List.of());
    }

    /** Up to when all of an account's folders were read: a receipt may be in any of them. */
    private Optional<Instant> readUpTo(MailAccount account) {
        Instant earliest = Instant.MAX;
        for (String folder : account.folders()) {
            Optional<MailboxCursor> cursor = store.cursor(new MailboxKey(account.key(), folder));
            if (cursor.isEmpty()) {
                return Optional.empty();
            }
            Instant read = cursor.get().readUpTo();
            earliest = read.isBefore(earliest) ? read : earliest;
        }
        return Optional.of(earliest);
    }
}
