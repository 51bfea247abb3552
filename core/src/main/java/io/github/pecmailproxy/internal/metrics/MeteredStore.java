package io.github.pecmailproxy.internal.metrics;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.MessageVersion;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.PutOffReport;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.StoreStatistics;
import io.github.pecmailproxy.store.StoreTransaction;
import io.github.pecmailproxy.store.StoredAccount;
import io.github.pecmailproxy.store.StoredContent;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store that tells the metrics what it stored and how long it took: whatever happens passes here, so that nothing has to be counted
 * anywhere else. Thread-safe.
 */
public final class MeteredStore implements EventStore {
    private final EventStore store;
    private final MailProxyMetrics metrics;

    /** Until when rate limits hold back an account, so that each window is told of once. */
    private final Map<AccountKey, Instant> limited = new ConcurrentHashMap<>();

    /**
     * Creates a store that measures another.
     *
     * @param store what keeps everything
     * @param metrics told of it; does not throw
     */
    public MeteredStore(EventStore store, MailProxyMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
    }

    private <T extends @Nullable Object> T timed(String operation, Supplier<T> call) {
        long begun = System.nanoTime();
        boolean succeeded = false;
        try {
            T result = call.get();
            succeeded = true;
            return result;
        } finally {
            metrics.storeCalled(operation, Duration.ofNanos(System.nanoTime() - begun), succeeded);
        }
    }

    private void happened(MessageChange change) {
        TrackedMessage message = change.message();
        for (NewEvent event : change.events()) {
            happened(message, event);
        }
    }

    private void happened(TrackedMessage message, NewEvent event) {
        AccountKey account = new AccountKey(message.key().tenant(), message.account());
        metrics.happened(account, event.type());
        Instant sentAt = message.sentAt();
        if (sentAt == null) {
            return;
        }
        // The provider's clock may be behind ours.
        Duration between = Duration.between(sentAt, event.time());
        Duration sinceSent = between.isNegative() ? Duration.ZERO : between;
        if (event.type() == EventType.PEC_ACCEPTANCE) {
            metrics.accepted(account, sinceSent);
        } else if (event.type() == EventType.PEC_DELIVERY) {
            metrics.delivered(account, sinceSent);
        }
    }

    private void leased(LeaseBatch batch) {
        Instant until = batch.limitedUntil();
        if (until == null) {
            limited.remove(batch.account());
        } else if (!until.equals(limited.put(batch.account(), until))) {
            metrics.rateLimited(batch.account());
        }
    }

    @Override
    public List<EnqueueOutcome> enqueue(List<NewMessage> messages) {
        List<EnqueueOutcome> outcomes = timed("enqueue", () -> store.enqueue(messages));
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof EnqueueOutcome.Stored stored) {
                messages.get(i).events().forEach(event -> happened(stored.message(), event));
            }
        }
        return outcomes;
    }

    @Override
    public List<LeaseBatch> lease(List<LeaseRequest> requests, Instant now, Instant until) {
        List<LeaseBatch> batches = timed("lease", () -> store.lease(requests, now, until));
        batches.forEach(this::leased);
        return batches;
    }

    @Override
    public Set<MessageKey> apply(List<MessageChange> changes, Instant recordedAt) {
        Set<MessageKey> refused = timed("apply", () -> store.apply(changes, recordedAt));
        changes.stream()
                .filter(change -> !refused.contains(change.message().key()))
                .forEach(this::happened);
        return refused;
    }

    @Override
    public boolean record(ReceiptUnit unit, Instant recordedAt) {
        boolean stored = timed("record", () -> store.record(unit, recordedAt));
        if (stored) {
            unit.receipts().stream().map(NewReceipt::record).forEach(metrics::receiptRead);
            unit.changes().forEach(this::happened);
        }
        return stored;
    }

    // ---------------------------------------- what is only timed

    @Override
    public InstantSource clock() {
        return store.clock();
    }

    @Override
    public String id() {
        return store.id();
    }

    @Override
    public List<EnqueueOutcome> enqueue(List<NewMessage> messages, StoreTransaction transaction) {
        return timed("enqueue", () -> store.enqueue(messages, transaction));
    }

    @Override
    public Set<MessageVersion> extendLeases(Collection<MessageVersion> leases, Instant until) {
        return timed("extendLeases", () -> store.extendLeases(leases, until));
    }

    @Override
    public List<TrackedMessage> overdue(Instant now, int limit) {
        return timed("overdue", () -> store.overdue(now, limit));
    }

    @Override
    public Optional<TrackedMessage> message(MessageKey key) {
        return timed("message", () -> store.message(key));
    }

    @Override
    public List<TrackedMessage> messages(MessageFilter filter) {
        return timed("messages", () -> store.messages(filter));
    }

    @Override
    public List<TrackedMessage> messagesByMessageId(AccountKey account, Collection<String> messageIds) {
        return timed("messagesByMessageId", () -> store.messagesByMessageId(account, messageIds));
    }

    @Override
    public List<TrackedMessage> messagesByProviderMessageId(AccountKey account, Collection<String> providerMessageIds) {
        return timed(
                "messagesByProviderMessageId", () -> store.messagesByProviderMessageId(account, providerMessageIds));
    }

    @Override
    public Optional<StoredContent> content(MessageKey key) {
        return timed("content", () -> store.content(key));
    }

    @Override
    public List<MessageEvent> events(MessageKey key) {
        return timed("events", () -> store.events(key));
    }

    @Override
    public Set<String> knownReceipts(
            AccountKey account, Collection<String> fingerprints, Collection<String> eventKeys) {
        return timed("knownReceipts", () -> store.knownReceipts(account, fingerprints, eventKeys));
    }

    @Override
    public List<ReceiptRecord> receipts(ReceiptFilter filter) {
        return timed("receipts", () -> store.receipts(filter));
    }

    @Override
    public Optional<StoredContent> receiptContent(long receiptId) {
        return timed("receiptContent", () -> store.receiptContent(receiptId));
    }

    @Override
    public Optional<MailboxCursor> cursor(MailboxKey mailbox) {
        return timed("cursor", () -> store.cursor(mailbox));
    }

    @Override
    public Optional<ExclusiveLease> acquire(String resource, String owner, Instant now, Instant until) {
        return timed("acquire", () -> store.acquire(resource, owner, now, until));
    }

    @Override
    public void release(ExclusiveLease lease) {
        timed("release", () -> {
            store.release(lease);
            return null;
        });
    }

    @Override
    public void registerSink(String sink) {
        timed("registerSink", () -> {
            store.registerSink(sink);
            return null;
        });
    }

    @Override
    public boolean forgetSink(String sink) {
        return timed("forgetSink", () -> store.forgetSink(sink));
    }

    @Override
    public List<String> tenantsToReport(String sink, Instant now) {
        return timed("tenantsToReport", () -> store.tenantsToReport(sink, now));
    }

    @Override
    public List<PendingReport> pendingReports(String sink, String tenant, Instant now, int limit) {
        return timed("pendingReports", () -> store.pendingReports(sink, tenant, now, limit));
    }

    @Override
    public boolean acknowledge(
            String sink, Collection<Long> done, Collection<PutOffReport> putOff, @Nullable ExclusiveLease fence) {
        return timed("acknowledge", () -> store.acknowledge(sink, done, putOff, fence));
    }

    @Override
    public void suspend(Suspension suspension) {
        timed("suspend", () -> {
            store.suspend(suspension);
            return null;
        });
    }

    @Override
    public boolean activate(SuspensionScope scope) {
        return timed("activate", () -> store.activate(scope));
    }

    @Override
    public List<Suspension> suspensions() {
        return timed("suspensions", () -> store.suspensions());
    }

    @Override
    public StoreStatistics statistics(Instant now) {
        return timed("statistics", () -> store.statistics(now));
    }

    @Override
    public int purge(PurgeRequest request) {
        return timed("purge", () -> store.purge(request));
    }

    @Override
    public int purgeUnrelated(Instant readBefore, int limit) {
        return timed("purgeUnrelated", () -> store.purgeUnrelated(readBefore, limit));
    }

    @Override
    public void saveAccount(StoredAccount account) {
        timed("saveAccount", () -> {
            store.saveAccount(account);
            return null;
        });
    }

    @Override
    public List<StoredAccount> accounts() {
        return timed("accounts", () -> store.accounts());
    }

    @Override
    public boolean deleteAccount(AccountKey account) {
        return timed("deleteAccount", () -> store.deleteAccount(account));
    }

    @Override
    public void close() {
        store.close();
    }
}
