package io.github.pecmailproxy.internal.queue;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.compose.ComposedMessage;
import io.github.pecmailproxy.internal.compose.MessageComposer;
import io.github.pecmailproxy.internal.engine.MessageLog;
import io.github.pecmailproxy.internal.lifecycle.MaximumAge;
import io.github.pecmailproxy.internal.lifecycle.OperatorRules;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.queue.EnqueueResult;
import io.github.pecmailproxy.queue.MessageConflictException;
import io.github.pecmailproxy.queue.MessageQueue;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.StoreTransaction;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The queue over an {@link EventStore}. Thread-safe. */
public final class StoreMessageQueue implements MessageQueue {
    /** How many messages are composed and stored together: their contents are in memory or in spool files at the same time. */
    private static final int LARGEST_UNIT = 100;

    /** How many bytes of messages are composed before they are stored: with what a store copies, a few times that is in memory. */
    private static final long ENOUGH_BYTES = 2L * 1024 * 1024;

    private static final int MOST_RACES = 10;

    private final EventStore store;
    private final AccountSource accounts;
    private final MessageComposer composer;
    private final InstantSource clock;
    private final Priority defaultPriority;
    private final MaximumAge maximumAge;
    private final Runnable nudge;

    /**
     * Creates the queue.
     *
     * @param store where messages are kept
     * @param accounts the accounts to send with
     * @param composer makes the MIME messages
     * @param clock the engine's clock
     * @param defaultPriority the priority of a message that names none
     * @param maximumAge how long a message may wait
     * @param nudge tells the dispatcher, if one runs here, that there is something to send
     */
    public StoreMessageQueue(
            EventStore store,
            AccountSource accounts,
            MessageComposer composer,
            InstantSource clock,
            Priority defaultPriority,
            MaximumAge maximumAge,
            Runnable nudge) {
        this.store = store;
        this.accounts = accounts;
        this.composer = composer;
        this.clock = clock;
        this.defaultPriority = defaultPriority;
        this.maximumAge = maximumAge;
        this.nudge = nudge;
    }

    @Override
    public EnqueueResult enqueue(OutgoingMessage message) {
        EnqueueResult result = enqueue(List.of(message)).get(0);
        if (result instanceof EnqueueResult.Conflict conflict) {
            throw new MessageConflictException(conflict.existing());
        }
        if (result instanceof EnqueueResult.Rejected rejected) {
            throw new InvalidValueException(rejected.field(), rejected.problem());
        }
        return result;
    }

    @Override
    public List<EnqueueResult> enqueue(List<OutgoingMessage> messages) {
        List<EnqueueResult> results = enqueueAll(messages, null);
        nudge.run();
        return results;
    }

    @Override
    public List<EnqueueResult> enqueue(List<OutgoingMessage> messages, StoreTransaction transaction) {
        return enqueueAll(messages, transaction);
    }

    private List<EnqueueResult> enqueueAll(List<OutgoingMessage> messages, @Nullable StoreTransaction transaction) {
        List<EnqueueResult> results = new ArrayList<>(messages.size());
        while (results.size() < messages.size()) {
            int end = Math.min(results.size() + LARGEST_UNIT, messages.size());
            results.addAll(enqueueUnit(messages.subList(results.size(), end), transaction));
        }
        return results;
    }

    /** Enqueues the first of some messages, as many as are composed before they are {@link #ENOUGH_BYTES}. */
    private List<EnqueueResult> enqueueUnit(List<OutgoingMessage> messages, @Nullable StoreTransaction transaction) {
        Instant now = clock.instant();
        List<ComposedMessage> composed = new ArrayList<>();
        try {
            List<NewMessage> toStore = new ArrayList<>();
            List<@Nullable EnqueueResult> results = new ArrayList<>();
            long bytes = 0;
            for (int next = 0; next < messages.size() && bytes < ENOUGH_BYTES; next++) {
                OutgoingMessage message = messages.get(next);
                try {
                    MailAccount account = account(message);
                    ComposedMessage mime = composer.compose(message, account);
                    composed.add(mime);
                    bytes += mime.content().size();
                    toStore.add(newMessage(message, account, mime, now));
                    results.add(null);
                } catch (InvalidValueException invalid) {
                    results.add(new EnqueueResult.Rejected(message.key(), invalid.field(), invalid.problem()));
                }
            }
            List<EnqueueOutcome> outcomes = toStore.isEmpty()
                    ? List.of()
                    : transaction == null ? store.enqueue(toStore) : store.enqueue(toStore, transaction);
            int next = 0;
            List<EnqueueResult> complete = new ArrayList<>();
            for (EnqueueResult result : results) {
                complete.add(result == null ? result(outcomes.get(next++)) : result);
            }
            return complete;
        } finally {
            composed.forEach(ComposedMessage::close);
        }
    }

    private MailAccount account(OutgoingMessage message) {
        AccountKey key = new AccountKey(message.key().tenant(), message.account());
        return accounts.account(key)
                .orElseThrow(() -> new InvalidValueException(
                        "account", "does not exist: " + InvalidValueException.quote(key.toString())));
    }

    private NewMessage newMessage(OutgoingMessage message, MailAccount account, ComposedMessage mime, Instant now) {
        Instant due =
                message.deferredUntil().filter(until -> until.isAfter(now)).orElse(now);
        Instant givenUpAt = maximumAge.end(now);
        if (givenUpAt != null && !due.isBefore(givenUpAt)) {
            throw new InvalidValueException(
                    "deferred_ts", "is " + due + ", later than the greatest age of a message allows");
        }
        TrackedMessage tracked = new TrackedMessage(
                message.key(),
                0,
                message.account(),
                account.pec(),
                mime.messageId(),
                mime.envelopeFrom(),
                mime.subject(),
                message.priority().orElse(defaultPriority),
                message.batchCode().orElse(null),
                message.receiptFormat().orElse(null),
                MessageState.QUEUED,
                mime.recipients(),
                0,
                now,
                due,
                givenUpAt,
                null,
                null,
                null,
                null,
                null,
                mime.content().size(),
                mime.content().sha256(),
                mime.fingerprint(),
                1);
        EventData data = due.equals(now) ? EventData.NONE : EventData.of("due_ts", due.getEpochSecond());
        return new NewMessage(tracked, mime.content(), List.of(new NewEvent(EventType.QUEUED, now, data)));
    }

    private static EnqueueResult result(EnqueueOutcome outcome) {
        if (outcome instanceof EnqueueOutcome.Stored stored) {
            MessageLog.queued(stored.message());
            return new EnqueueResult.Queued(stored.message());
        }
        if (outcome instanceof EnqueueOutcome.AlreadyStored already) {
            return new EnqueueResult.AlreadyQueued(already.existing());
        }
        EnqueueOutcome.KeyTaken taken = (EnqueueOutcome.KeyTaken) outcome;
        return new EnqueueResult.Conflict(taken.existing());
    }

    @Override
    public boolean cancel(MessageKey key) {
        return change(key, OperatorRules::cancel);
    }

    @Override
    public List<TrackedMessage> list(MessageFilter filter) {
        return store.messages(filter);
    }

    @Override
    public void runNow() {
        nudge.run();
    }

    @Override
    public boolean runNow(MessageKey key) {
        boolean hastened = change(key, OperatorRules::hasten);
        nudge.run();
        return hastened;
    }

    @Override
    public void suspend(SuspensionScope scope, String reason) {
        store.suspend(new Suspension(scope, reason, clock.instant()));
    }

    @Override
    public boolean activate(SuspensionScope scope) {
        boolean activated = store.activate(scope);
        nudge.run();
        return activated;
    }

    @Override
    public List<Suspension> suspensions() {
        return store.suspensions();
    }

    @Override
    public boolean resend(MessageKey key) {
        boolean resent = change(key, OperatorRules::resend);
        nudge.run();
        return resent;
    }

    @Override
    public boolean markSent(MessageKey key) {
        Function<TrackedMessage, MailAccount> account =
                message -> accounts.account(new AccountKey(message.key().tenant(), message.account()))
                        .orElseThrow(() -> new InvalidValueException(
                                "account", "does not exist: " + InvalidValueException.quote(message.account())));
        return change(key, (message, now) -> OperatorRules.markSent(message, account.apply(message), now));
    }

    @Override
    public boolean fail(MessageKey key, String reason) {
        return change(key, (message, now) -> OperatorRules.fail(message, reason, now));
    }

    private boolean change(MessageKey key, BiFunction<TrackedMessage, Instant, Optional<MessageChange>> rule) {
        for (int race = 0; race < MOST_RACES; race++) {
            Optional<TrackedMessage> message = store.message(key);
            Instant now = clock.instant();
            Optional<MessageChange> change = message.flatMap(present -> rule.apply(present, now));
            if (change.isEmpty()) {
                return false;
            }
            if (store.apply(List.of(change.get()), now).isEmpty()) {
                MessageLog.changed(change.get());
                return true;
            }
        }
        return false;
    }
}
