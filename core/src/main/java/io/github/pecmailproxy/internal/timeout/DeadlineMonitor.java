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
import io.github.pecmailproxy.store.RetryableStoreException;
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

    /** A message whose account is not there, or that no rule can deal with, is looked at again after this time. */
    private static final Duration WAIT = Duration.ofMinutes(5);

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
        int last;
        List<TrackedMessage> overdue;
        do {
            Instant now = clock.instant();
            overdue = store.overdue(now, LARGEST_BATCH);
            last = apply(overdue, now);
            changed += last;
        } while (overdue.size() == LARGEST_BATCH && last > 0);
        return changed;
    }

    private int apply(List<TrackedMessage> overdue, Instant now) {
        Map<AccountKey, Optional<Instant>> readUpTo = new HashMap<>();
        List<MessageChange> changes = new ArrayList<>();
        Set<MessageKey> claimedDoubts = new HashSet<>();
        Set<AccountKey> missing = new HashSet<>();
        for (TrackedMessage message : overdue) {
            AccountKey key = accountOf(message);
            Optional<MailAccount> account = accounts.account(key);
            if (account.isPresent() && message.state() == MessageState.IN_DOUBT) {
                claimedDoubts.add(message.key());
            }
            if (account.isEmpty() && missing.add(key)) {
                alarm.on(new OperationalEvent.AccountMissing(key));
            }
            Optional<Instant> read = account.isPresent()
                    ? readUpTo.computeIfAbsent(key, unused -> readUpTo(account.get()))
                    : Optional.empty();
            try {
                changes.add(
                        account.isPresent()
                                ? withAccount(message, account.get(), read, now)
                                : withoutAccount(message, now));
            } catch (RuntimeException undecidable) {
                // One message that no rule can deal with must not keep the others from their alarms.
                alarm.trouble("deadlines", undecidable, key);
                changes.add(lookAgain(message, now));
            }
        }
        if (changes.isEmpty()) {
            return 0;
        }
        List<MessageChange> stored = store(changes, now);
        for (MessageChange change : stored) {
            MessageLog.changed(change);
            if (claimedDoubts.contains(change.message().key())) {
                doubts.accept(change.message());
            }
        }
        return stored.size();
    }

    private MessageChange withAccount(
            TrackedMessage message, MailAccount account, Optional<Instant> readUpTo, Instant now) {
        return switch (message.state()) {
            case QUEUED, DEFERRED -> transmissions.waitedTooLong(message, now);
            case SENDING -> transmissions.leaseEnded(message, account, now);
            // The later deadline is the claim: no other node will look at it in the meantime.
            case IN_DOUBT -> transmissions.stillInDoubt(message, now);
            default -> DeadlineRules.overdue(message, account, readUpTo, now);
        };
    }

    private static AccountKey accountOf(TrackedMessage message) {
        return new AccountKey(message.key().tenant(), message.account());
    }

    /** Stores changes, and returns those that nobody else was quicker with. */
    private List<MessageChange> store(List<MessageChange> changes, Instant now) {
        try {
            Set<MessageKey> lost = store.apply(changes, now);
            return changes.stream()
                    .filter(change -> !lost.contains(change.message().key()))
                    .toList();
        } catch (RetryableStoreException unavailable) {
            throw unavailable;
        } catch (RuntimeException refused) {
            if (changes.size() > 1) {
                return changes.stream()
                        .flatMap(change -> store(List.of(change), now).stream())
                        .toList();
            }
            alarm.trouble("deadlines", refused, accountOf(changes.get(0).message()));
            return List.of();
        }
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
        return lookAgain(message, now);
    }

    private static MessageChange lookAgain(TrackedMessage message, Instant now) {
        return new MessageChange(message.next().deadline(now.plus(WAIT)).build(), List.of());
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
