package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
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
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.PutOffReport;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.StoreStatistics;
import io.github.pecmailproxy.store.StoreTransaction;
import io.github.pecmailproxy.store.StoredAccount;
import io.github.pecmailproxy.store.StoredContent;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything in memory, contents included, and forgets it when it is closed or the process ends: an enqueue that returned
 * does not survive a crash. For tests, demonstrations and short-lived tools, and as the reference of what a store does.
 *
 * <p>Thread-safe: one lock guards everything, and no content is read under it. It cannot be shared among processes and joins no
 * transaction.
 *
 * @since 0.1.0
 */
public final class MemoryEventStore implements EventStore {
    private static final int LONGEST_RESOURCE = 200;
    private static final int LONGEST_SINK = 64;

    private final InstantSource clock;
    private final String id = UUID.randomUUID().toString().replace("-", "");
    private final ReentrantLock lock = new ReentrantLock();
    /** What the store holds, null once it is closed. */
    private @Nullable Memory memory = new Memory();

    private MemoryEventStore(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Creates an empty store on the system's clock.
     *
     * @return the store, never null
     */
    public static MemoryEventStore create() {
        return create(InstantSource.system());
    }

    /**
     * Creates an empty store on another clock.
     *
     * @param clock what {@link #clock()} returns
     * @return the store, never null
     */
    public static MemoryEventStore create(InstantSource clock) {
        return new MemoryEventStore(clock);
    }

    private <T> T locked(Function<Memory, T> operation) {
        lock.lock();
        try {
            Memory open = memory;
            if (open == null) {
                throw new StoreException("the store is closed", null);
            }
            return operation.apply(open);
        } finally {
            lock.unlock();
        }
    }

    private static void require(boolean condition, String fault) {
        if (!condition) {
            throw new StoreException(fault, null);
        }
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public List<EnqueueOutcome> enqueue(List<NewMessage> messages) {
        locked(open -> open);
        List<EnqueueOutcome> outcomes = new ArrayList<>();
        for (NewMessage message : messages) {
            Optional<EnqueueOutcome> taken = locked(open -> open.taken(message.message()));
            outcomes.add(taken.orElseGet(() -> {
                MemoryContent content = MemoryContent.copyOf(message.content());
                return locked(open -> open.enqueue(message, content));
            }));
        }
        return outcomes;
    }

    /**
     * Refuses: a store in memory joins no transaction.
     *
     * @throws StoreException always
     */
    @Override
    public List<EnqueueOutcome> enqueue(List<NewMessage> messages, StoreTransaction transaction) {
        throw new StoreException("a store in memory joins no transaction", null);
    }

    @Override
    public List<LeaseBatch> lease(List<LeaseRequest> requests, Instant now, Instant until) {
        return locked(open -> open.lease(requests, now, until));
    }

    @Override
    public Set<MessageVersion> extendLeases(Collection<MessageVersion> leases, Instant until) {
        return locked(open -> open.extend(leases, until));
    }

    @Override
    public Set<MessageKey> apply(List<MessageChange> changes, Instant recordedAt) {
        return locked(open -> open.apply(changes, recordedAt));
    }

    @Override
    public List<TrackedMessage> overdue(Instant now, int limit) {
        require(limit >= 1, "limit must be at least 1: " + limit);
        return locked(open -> open.messages().overdue(now, limit));
    }

    @Override
    public Optional<TrackedMessage> message(MessageKey key) {
        return locked(open -> Optional.ofNullable(open.messages().find(key)).map(Entry::message));
    }

    @Override
    public List<TrackedMessage> messages(MessageFilter filter) {
        return locked(open -> open.messages().list(filter));
    }

    @Override
    public List<TrackedMessage> messagesByMessageId(AccountKey account, Collection<String> messageIds) {
        return locked(open -> open.messages().byMessageId(account, messageIds));
    }

    @Override
    public List<TrackedMessage> messagesByProviderMessageId(AccountKey account, Collection<String> providerMessageIds) {
        return locked(open -> open.messages().byProviderMessageId(account, providerMessageIds));
    }

    @Override
    public Optional<StoredContent> content(MessageKey key) {
        return locked(open -> Optional.ofNullable(open.messages().find(key)).map(Entry::content));
    }

    @Override
    public List<MessageEvent> events(MessageKey key) {
        return locked(open -> Optional.ofNullable(open.messages().find(key))
                .map(Entry::events)
                .orElse(List.of()));
    }

    @Override
    public boolean record(ReceiptUnit unit, Instant recordedAt) {
        locked(open -> open);
        List<Optional<MemoryContent>> contents = unit.receipts().stream()
                .map(receipt -> Optional.ofNullable(receipt.content()).map(MemoryContent::copyOf))
                .toList();
        return locked(open -> open.record(unit, contents, recordedAt));
    }

    @Override
    public Set<String> knownReceipts(
            AccountKey account, Collection<String> fingerprints, Collection<String> eventKeys) {
        return locked(open -> open.receipts().known(account, fingerprints, eventKeys));
    }

    @Override
    public List<ReceiptRecord> receipts(ReceiptFilter filter) {
        return locked(open -> open.receipts().list(filter));
    }

    @Override
    public Optional<StoredContent> receiptContent(long receiptId) {
        return locked(open -> open.receipts().content(receiptId).map(StoredContent.class::cast));
    }

    @Override
    public Optional<MailboxCursor> cursor(MailboxKey mailbox) {
        return locked(open -> open.receipts().cursor(mailbox));
    }

    @Override
    public Optional<ExclusiveLease> acquire(String resource, String owner, Instant now, Instant until) {
        require(
                !resource.isEmpty() && resource.length() <= LONGEST_RESOURCE,
                "a resource has 1 to " + LONGEST_RESOURCE + " characters, not " + resource.length());
        return locked(open -> open.leases().acquire(resource, owner, now, until));
    }

    @Override
    public void release(ExclusiveLease lease) {
        locked(open -> {
            open.leases().release(lease);
            return open;
        });
    }

    @Override
    public void registerSink(String sink) {
        require(
                !sink.isEmpty() && sink.length() <= LONGEST_SINK,
                "a sink's name has 1 to " + LONGEST_SINK + " characters, not " + sink.length());
        locked(open -> {
            open.registerSink(sink);
            return open;
        });
    }

    @Override
    public boolean forgetSink(String sink) {
        return locked(open -> open.forgetSink(sink));
    }

    @Override
    public List<String> tenantsToReport(String sink, Instant now) {
        return locked(open -> open.tenantsToReport(sink, now));
    }

    @Override
    public List<PendingReport> pendingReports(String sink, String tenant, Instant now, int limit) {
        require(limit >= 1, "limit must be at least 1: " + limit);
        return locked(open -> open.pendingReports(sink, tenant, now, limit));
    }

    @Override
    public boolean acknowledge(
            String sink, Collection<Long> done, Collection<PutOffReport> putOff, @Nullable ExclusiveLease fence) {
        return locked(open -> open.acknowledge(sink, done, putOff, fence));
    }

    @Override
    public void suspend(Suspension suspension) {
        locked(open -> {
            open.suspend(suspension);
            return open;
        });
    }

    @Override
    public boolean activate(SuspensionScope scope) {
        return locked(open -> open.activate(scope));
    }

    @Override
    public List<Suspension> suspensions() {
        return locked(Memory::suspensions);
    }

    @Override
    public StoreStatistics statistics(Instant now) {
        return locked(open -> open.statistics(now));
    }

    @Override
    public int purge(PurgeRequest request) {
        return locked(open -> open.purge(request));
    }

    @Override
    public int purgeUnrelated(Instant readBefore, int limit) {
        return locked(open -> open.purgeUnrelated(readBefore, limit));
    }

    @Override
    public void saveAccount(StoredAccount account) {
        locked(open -> {
            open.saveAccount(account);
            return open;
        });
    }

    @Override
    public List<StoredAccount> accounts() {
        return locked(Memory::accounts);
    }

    @Override
    public boolean deleteAccount(AccountKey account) {
        return locked(open -> open.deleteAccount(account));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            memory = null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "MemoryEventStore[" + id + "]";
    }
}
