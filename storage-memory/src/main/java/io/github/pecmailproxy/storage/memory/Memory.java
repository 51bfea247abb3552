package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageVersion;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.PutOffReport;
import io.github.pecmailproxy.store.ReceiptJudgement;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.StoreStatistics;
import io.github.pecmailproxy.store.StoredAccount;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything the store holds. Each method is one unit: it checks first and changes nothing before it knows that it will change
 * everything. Not thread-safe: guarded by the store's lock.
 */
final class Memory {
    private final Suspensions suspensions = new Suspensions();
    private final LeaseQueue queue = new LeaseQueue(suspensions);
    private final MessageBook messages = new MessageBook(queue, this::enter);
    private final ReceiptBook receipts = new ReceiptBook();
    private final ExclusiveLeases leases = new ExclusiveLeases();
    private final Map<String, Outbox> sinks = new LinkedHashMap<>();
    private final Map<AccountKey, StoredAccount> accounts = new LinkedHashMap<>();

    MessageBook messages() {
        return messages;
    }

    ReceiptBook receipts() {
        return receipts;
    }

    ExclusiveLeases leases() {
        return leases;
    }

    /** Says what a message's key already stands for, or nothing when it is free. */
    Optional<EnqueueOutcome> taken(TrackedMessage message) {
        Entry entry = messages.find(message.key());
        if (entry == null) {
            return Optional.empty();
        }
        TrackedMessage existing = entry.message();
        return Optional.of(
                existing.fingerprint().equals(message.fingerprint())
                        ? new EnqueueOutcome.AlreadyStored(existing)
                        : new EnqueueOutcome.KeyTaken(existing));
    }

    EnqueueOutcome enqueue(NewMessage message, MemoryContent content) {
        return taken(message.message())
                .orElseGet(() -> new EnqueueOutcome.Stored(messages.add(message.message(), content, message.events())));
    }

    List<LeaseBatch> lease(List<LeaseRequest> requests, Instant now, Instant until) {
        List<LeaseBatch> batches = new ArrayList<>();
        for (LeaseRequest request : requests) {
            LeaseQueue.Grant grant = queue.grant(request, now);
            List<LeasedMessage> leased = new ArrayList<>();
            for (TrackedMessage waiting : grant.messages()) {
                Entry entry = messages.find(waiting.key());
                if (entry != null) {
                    TrackedMessage sending = waiting.next()
                            .state(MessageState.SENDING)
                            .attempts(waiting.attempts() + 1)
                            .deadline(until)
                            .build();
                    messages.replace(entry, sending);
                    leased.add(new LeasedMessage(entry.message(), entry.content()));
                }
            }
            batches.add(new LeaseBatch(request.account(), leased, grant.limitedUntil()));
        }
        return batches;
    }

    Set<MessageVersion> extend(Collection<MessageVersion> held, Instant until) {
        Set<MessageVersion> lost = new HashSet<>();
        for (MessageVersion lease : held) {
            Entry entry = messages.find(lease.message());
            if (entry != null
                    && entry.message().version() == lease.version()
                    && entry.message().state() == MessageState.SENDING) {
                messages.replace(entry, withDeadline(entry.message(), until));
            } else {
                lost.add(lease);
            }
        }
        return lost;
    }

    private static TrackedMessage withDeadline(TrackedMessage message, Instant deadline) {
        return new TrackedMessage(
                message.key(),
                message.sequence(),
                message.account(),
                message.pec(),
                message.messageId(),
                message.envelopeFrom(),
                message.subject(),
                message.priority(),
                message.batchCode(),
                message.receiptFormat(),
                message.state(),
                message.recipients(),
                message.attempts(),
                message.enqueuedAt(),
                message.dueAt(),
                deadline,
                message.sentAt(),
                message.doubtSince(),
                message.acceptanceOverdueAt(),
                message.providerMessageId(),
                message.lastError(),
                message.contentSize(),
                message.contentSha256(),
                message.fingerprint(),
                message.version());
    }

    Set<MessageKey> apply(List<MessageChange> changes, Instant recordedAt) {
        Set<MessageKey> refused = new HashSet<>();
        for (MessageChange change : changes) {
            if (messages.isIn(change.message().key(), change.expectedVersion())) {
                messages.change(change, recordedAt);
            } else {
                refused.add(change.message().key());
            }
        }
        return refused;
    }

    /**
     * Records a unit.
     *
     * @param contents the bytes of the unit's receipts, in their order
     */
    boolean record(ReceiptUnit unit, List<Optional<MemoryContent>> contents, Instant recordedAt) {
        if (!leases.holds(unit.fence())
                || !receipts.accepts(unit.receipts(), unit.judgements())
                || !followEachOther(unit.changes())) {
            return false;
        }
        for (ReceiptJudgement judgement : unit.judgements()) {
            receipts.judge(judgement.record());
        }
        for (int i = 0; i < contents.size(); i++) {
            receipts.add(unit.receipts().get(i).record(), contents.get(i));
        }
        unit.changes().forEach(change -> messages.change(change, recordedAt));
        unit.cursors().forEach(receipts::move);
        return true;
    }

    private boolean followEachOther(List<MessageChange> changes) {
        Map<MessageKey, Long> versions = new HashMap<>();
        for (MessageChange change : changes) {
            MessageKey key = change.message().key();
            Long before = versions.put(key, change.message().version());
            if (before == null ? !messages.isIn(key, change.expectedVersion()) : before != change.expectedVersion()) {
                return false;
            }
        }
        return true;
    }

    void registerSink(String sink) {
        sinks.computeIfAbsent(sink, any -> new Outbox());
    }

    private void enter(MessageEvent event) {
        sinks.values().forEach(outbox -> outbox.add(event));
        Entry entry = messages.find(event.message());
        if (entry != null) {
            entry.unacknowledged(sinks.size());
        }
    }

    boolean forgetSink(String sink) {
        Outbox outbox = sinks.remove(sink);
        if (outbox == null) {
            return false;
        }
        for (MessageKey key : outbox.remove(outbox.sequences())) {
            Entry entry = messages.find(key);
            if (entry != null) {
                entry.unacknowledged(-1);
            }
        }
        return true;
    }

    List<String> tenantsToReport(String sink, Instant now) {
        Outbox outbox = sinks.get(sink);
        return outbox == null ? List.of() : outbox.tenants(now);
    }

    List<PendingReport> pendingReports(String sink, String tenant, Instant now, int limit) {
        Outbox outbox = sinks.get(sink);
        return outbox == null ? List.of() : outbox.list(tenant, now, limit);
    }

    boolean acknowledge(
            String sink, Collection<Long> done, Collection<PutOffReport> putOff, @Nullable ExclusiveLease fence) {
        if (!leases.holds(fence)) {
            return false;
        }
        Outbox outbox = sinks.get(sink);
        if (outbox != null) {
            for (MessageKey key : outbox.remove(done)) {
                Entry entry = messages.find(key);
                if (entry != null) {
                    entry.unacknowledged(-1);
                }
            }
            outbox.putOff(putOff);
        }
        return true;
    }

    void suspend(Suspension suspension) {
        suspensions.add(suspension);
        queue.suspended(suspension.scope());
    }

    boolean activate(SuspensionScope scope) {
        boolean was = suspensions.remove(scope);
        if (was) {
            queue.activated(scope);
        }
        return was;
    }

    List<Suspension> suspensions() {
        return suspensions.list();
    }

    StoreStatistics statistics(Instant now) {
        long unreported = sinks.values().stream().mapToLong(Outbox::size).sum();
        return new StoreStatistics(messages.states(), queue.oldestDue(now), unreported);
    }

    int purge(PurgeRequest request) {
        List<Entry> disposable =
                messages.disposable(request.finishedBefore(), request.evidenceBefore(), request.limit());
        for (Entry entry : disposable) {
            receipts.removeAllOf(entry.message().key());
            messages.remove(entry);
        }
        return disposable.size();
    }

    int purgeUnrelated(Instant readBefore, int limit) {
        return receipts.removeUnrelated(readBefore, limit);
    }

    void saveAccount(StoredAccount account) {
        accounts.put(
                account.key(),
                new StoredAccount(account.key(), account.settings(), Milliseconds.cut(account.changedAt())));
    }

    List<StoredAccount> accounts() {
        return List.copyOf(accounts.values());
    }

    boolean deleteAccount(AccountKey account) {
        return accounts.remove(account) != null;
    }
}
