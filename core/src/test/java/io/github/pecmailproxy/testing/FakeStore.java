package io.github.pecmailproxy.testing;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.LeasedMessage;
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
import io.github.pecmailproxy.store.ReceiptJudgement;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A store in maps for the engine's tests: as atomic and as fenced as a real one, and as durable as the test. Before every operation
 * that changes something it calls a hook, which may throw, wait or meddle. Thread-safe.
 */
public final class FakeStore implements EventStore {
    private final List<PurgeRequest> purges = new ArrayList<>();
    private final List<Instant> unrelatedPurges = new ArrayList<>();
    private int purgeable;
    private final InstantSource clock;
    private final Map<MessageKey, TrackedMessage> messages = new LinkedHashMap<>();
    private final Map<MessageKey, StoredContent> contents = new HashMap<>();
    private final List<MessageEvent> events = new ArrayList<>();
    private final Map<Long, ReceiptRecord> receipts = new TreeMap<>();
    private final Map<Long, StoredContent> receiptContents = new HashMap<>();
    private final Map<MailboxKey, MailboxCursor> cursors = new HashMap<>();
    private final Map<String, ExclusiveLease> leases = new HashMap<>();
    /** How many messages were leased under a rate limit: all windows are as long as the test. */
    private final Map<AccountKey, Integer> granted = new HashMap<>();

    private final Map<SuspensionScope, Suspension> suspensions = new LinkedHashMap<>();
    private final Map<String, Map<Long, PendingReport>> pending = new HashMap<>();
    private final Map<Long, Instant> putOff = new HashMap<>();
    private final Map<AccountKey, StoredAccount> accounts = new LinkedHashMap<>();
    private long numbers;
    private volatile Consumer<String> hook = operation -> {};
    private volatile Predicate<MessageChange> refused = change -> false;

    /** Creates an empty store. */
    public FakeStore(InstantSource clock) {
        this.clock = clock;
    }

    /** Sets what is called with an operation's name before the operation. */
    public void before(Consumer<String> action) {
        hook = action;
    }

    /** Sets which changes are refused, and with them all that are to be stored at once. */
    public void refuse(Predicate<MessageChange> changes) {
        refused = changes;
    }

    /** Stores a message as it is, with a content of its own. */
    public synchronized TrackedMessage put(TrackedMessage message) {
        messages.put(message.key(), message);
        contents.putIfAbsent(message.key(), SampleContent.of("body of " + message.key()));
        return message;
    }

    /** Forgets a message. */
    public synchronized void remove(MessageKey key) {
        messages.remove(key);
    }

    /** Stores how far a mailbox was read. */
    public synchronized void put(MailboxCursor cursor) {
        cursors.put(cursor.mailbox(), cursor);
    }

    /** Returns a message that must be there. */
    public synchronized TrackedMessage get(String id) {
        return messages.values().stream()
                .filter(message -> message.key().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Returns all messages. */
    public synchronized List<TrackedMessage> all() {
        return List.copyOf(messages.values());
    }

    /** Adds an event without details to a message. */
    public synchronized void addEvent(String id, EventType type) {
        addEvents(get(id).key(), List.of(new NewEvent(type, clock.instant(), EventData.NONE)), clock.instant());
    }

    /** Returns all records of mails. */
    public synchronized List<ReceiptRecord> receipts() {
        return List.copyOf(receipts.values());
    }

    /** Returns who holds what. */
    public synchronized Optional<ExclusiveLease> holder(String resource) {
        return Optional.ofNullable(leases.get(resource));
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public String id() {
        return "0123456789abcdef";
    }

    @Override
    public List<EnqueueOutcome> enqueue(List<NewMessage> given) {
        hook.accept("enqueue");
        synchronized (this) {
            List<EnqueueOutcome> outcomes = new ArrayList<>();
            for (NewMessage one : given) {
                TrackedMessage existing = messages.get(one.message().key());
                if (existing == null) {
                    messages.put(one.message().key(), one.message());
                    contents.put(one.message().key(), SampleContent.copyOf(one.content()));
                    addEvents(one.message().key(), one.events(), clock.instant());
                    outcomes.add(new EnqueueOutcome.Stored(one.message()));
                } else {
                    outcomes.add(
                            existing.fingerprint().equals(one.message().fingerprint())
                                    ? new EnqueueOutcome.AlreadyStored(existing)
                                    : new EnqueueOutcome.KeyTaken(existing));
                }
            }
            return outcomes;
        }
    }

    @Override
    public List<EnqueueOutcome> enqueue(List<NewMessage> given, StoreTransaction transaction) {
        return enqueue(given);
    }

    @Override
    public List<LeaseBatch> lease(List<LeaseRequest> requests, Instant now, Instant until) {
        hook.accept("lease");
        synchronized (this) {
            return requests.stream().map(request -> lease(request, now, until)).toList();
        }
    }

    private LeaseBatch lease(LeaseRequest request, Instant now, Instant until) {
        int used = granted.getOrDefault(request.account(), 0);
        int most = request.rateLimits().stream()
                .mapToInt(limit -> Math.max(0, limit.messages() - used))
                .reduce(request.limit(), Math::min);
        List<TrackedMessage> due = messages.values().stream()
                .filter(message -> accountOf(message).equals(request.account()))
                .filter(message ->
                        message.state().isWaiting() && !message.dueAt().isAfter(now))
                .filter(message -> !isSuspended(message))
                .sorted(Comparator.comparing(TrackedMessage::priority))
                .limit(most + 1L)
                .toList();
        boolean moreWait = due.size() > most && most < request.limit();
        due = due.subList(0, Math.min(most, due.size()));
        if (!request.rateLimits().isEmpty()) {
            granted.merge(request.account(), due.size(), Integer::sum);
        }
        List<LeasedMessage> leased = new ArrayList<>();
        for (TrackedMessage message : due) {
            TrackedMessage sending = Samples.leased(message, until);
            messages.put(sending.key(), sending);
            leased.add(new LeasedMessage(sending, Objects.requireNonNull(contents.get(sending.key()))));
        }
        return new LeaseBatch(request.account(), leased, moreWait ? now.plusSeconds(60) : null);
    }

    private boolean isSuspended(TrackedMessage message) {
        String batch = message.batchCode();
        return suspensions.containsKey(new SuspensionScope.Account(accountOf(message)))
                || suspensions.containsKey(
                        new SuspensionScope.Tenant(message.key().tenant()))
                || (batch != null
                        && suspensions.containsKey(
                                new SuspensionScope.Batch(message.key().tenant(), batch)));
    }

    private static AccountKey accountOf(TrackedMessage message) {
        return new AccountKey(message.key().tenant(), message.account());
    }

    @Override
    public Set<MessageVersion> extendLeases(Collection<MessageVersion> held, Instant until) {
        hook.accept("extendLeases");
        synchronized (this) {
            Set<MessageVersion> lost = new HashSet<>();
            for (MessageVersion lease : held) {
                TrackedMessage message = messages.get(lease.message());
                if (message == null
                        || message.state() != MessageState.SENDING
                        || message.version() != lease.version()) {
                    lost.add(lease);
                } else {
                    messages.put(message.key(), withDeadline(message, until));
                }
            }
            return lost;
        }
    }

    private static TrackedMessage withDeadline(TrackedMessage message, Instant until) {
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
                until,
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

    @Override
    public Set<MessageKey> apply(List<MessageChange> changes, Instant recordedAt) {
        hook.accept("apply");
        if (changes.stream().anyMatch(refused)) {
            throw new IllegalArgumentException("a change is refused");
        }
        synchronized (this) {
            Set<MessageKey> lost = new HashSet<>();
            for (MessageChange change : changes) {
                if (!applies(change)) {
                    lost.add(change.message().key());
                } else {
                    apply(change, recordedAt);
                }
            }
            return lost;
        }
    }

    private boolean applies(MessageChange change) {
        TrackedMessage message = messages.get(change.message().key());
        return message != null && message.version() == change.expectedVersion();
    }

    private void apply(MessageChange change, Instant recordedAt) {
        messages.put(change.message().key(), change.message());
        addEvents(change.message().key(), change.events(), recordedAt);
    }

    private void addEvents(MessageKey key, List<NewEvent> news, Instant recordedAt) {
        for (NewEvent event : news) {
            MessageEvent stored =
                    new MessageEvent(++numbers, key, event.type(), event.time(), recordedAt, event.data());
            events.add(stored);
            pending.values().forEach(entries -> entries.put(stored.sequence(), new PendingReport(stored, 0)));
        }
    }

    @Override
    public synchronized List<TrackedMessage> overdue(Instant now, int limit) {
        return messages.values().stream()
                .filter(message ->
                        message.deadline() != null && !message.deadline().isAfter(now))
                .sorted(Comparator.comparing(TrackedMessage::deadline))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Optional<TrackedMessage> message(MessageKey key) {
        return Optional.ofNullable(messages.get(key));
    }

    @Override
    public synchronized List<TrackedMessage> messages(MessageFilter filter) {
        return messages.values().stream()
                .filter(message -> filter.states().isEmpty() || filter.states().contains(message.state()))
                .limit(filter.limit())
                .toList();
    }

    @Override
    public synchronized List<TrackedMessage> messagesByMessageId(AccountKey account, Collection<String> messageIds) {
        return messages.values().stream()
                .filter(message -> accountOf(message).equals(account))
                .filter(message -> messageIds.contains(message.messageId()))
                .toList();
    }

    @Override
    public synchronized List<TrackedMessage> messagesByProviderMessageId(
            AccountKey account, Collection<String> providerMessageIds) {
        return messages.values().stream()
                .filter(message -> accountOf(message).equals(account))
                .filter(message ->
                        message.providerMessageId() != null && providerMessageIds.contains(message.providerMessageId()))
                .toList();
    }

    @Override
    public synchronized Optional<StoredContent> content(MessageKey key) {
        return Optional.ofNullable(contents.get(key));
    }

    @Override
    public synchronized List<MessageEvent> events(MessageKey key) {
        return events.stream().filter(event -> event.message().equals(key)).toList();
    }

    @Override
    public boolean record(ReceiptUnit unit, Instant recordedAt) {
        hook.accept("record");
        synchronized (this) {
            if ((unit.fence() != null && !isHeld(unit.fence())) || !fits(unit)) {
                return false;
            }
            for (NewReceipt receipt : unit.receipts()) {
                long id = ++numbers;
                receipts.put(id, withId(receipt.record(), id));
                if (receipt.content() != null) {
                    receiptContents.put(id, receipt.content());
                }
            }
            unit.judgements()
                    .forEach(judgement -> receipts.put(judgement.record().id(), judgement.record()));
            unit.changes().forEach(change -> apply(change, recordedAt));
            unit.cursors().forEach(cursor -> cursors.put(cursor.mailbox(), cursor));
            return true;
        }
    }

    private boolean fits(ReceiptUnit unit) {
        Map<MessageKey, Long> versions = new HashMap<>();
        for (MessageChange change : unit.changes()) {
            MessageKey key = change.message().key();
            TrackedMessage stored = messages.get(key);
            Long version = versions.get(key);
            long current = version != null ? version : stored == null ? -1 : stored.version();
            if (current != change.expectedVersion()) {
                return false;
            }
            versions.put(key, change.message().version());
        }
        for (ReceiptJudgement judgement : unit.judgements()) {
            ReceiptRecord stored = receipts.get(judgement.record().id());
            if (stored == null
                    || stored.disposition() != judgement.expected()
                    || isTaken(judgement.record(), judgement.record().id())) {
                return false;
            }
        }
        Set<String> fingerprints = new HashSet<>();
        for (NewReceipt receipt : unit.receipts()) {
            if (!fingerprints.add(receipt.record().fingerprint()) || isTaken(receipt.record(), 0)) {
                return false;
            }
        }
        return true;
    }

    private boolean isTaken(ReceiptRecord record, long self) {
        return receipts.values().stream()
                .filter(stored -> stored.id() != self)
                .filter(stored ->
                        stored.mailbox().account().equals(record.mailbox().account()))
                .anyMatch(stored -> stored.fingerprint().equals(record.fingerprint())
                        || (record.eventKey() != null && record.eventKey().equals(stored.eventKey())));
    }

    private static ReceiptRecord withId(ReceiptRecord record, long id) {
        return new ReceiptRecord(
                id,
                record.mailbox(),
                record.uidValidity(),
                record.uid(),
                record.arrivedAt(),
                record.readAt(),
                record.fingerprint(),
                record.size(),
                record.receiptMessageId(),
                record.kind(),
                record.receiptType(),
                record.originalMessageId(),
                record.recipient(),
                record.certifiedAt(),
                record.verdict(),
                record.problems(),
                record.disposition(),
                record.reason(),
                record.message(),
                record.eventKey(),
                record.contentKept());
    }

    @Override
    public synchronized Set<String> knownReceipts(
            AccountKey account, Collection<String> fingerprints, Collection<String> eventKeys) {
        Set<String> known = new HashSet<>();
        for (ReceiptRecord record : receipts.values()) {
            if (record.mailbox().account().equals(account)) {
                if (fingerprints.contains(record.fingerprint())) {
                    known.add(record.fingerprint());
                }
                if (record.eventKey() != null && eventKeys.contains(record.eventKey())) {
                    known.add(record.eventKey());
                }
            }
        }
        return known;
    }

    @Override
    public synchronized List<ReceiptRecord> receipts(ReceiptFilter filter) {
        return receipts.values().stream()
                .filter(record -> record.id() > filter.after())
                .filter(record -> filter.account() == null
                        || filter.account().equals(record.mailbox().account()))
                .filter(record -> filter.message() == null || filter.message().equals(record.message()))
                .filter(record ->
                        filter.dispositions().isEmpty() || filter.dispositions().contains(record.disposition()))
                .limit(filter.limit())
                .toList();
    }

    /** Counts the records of a disposition. */
    public synchronized long count(Disposition disposition) {
        return receipts.values().stream()
                .filter(record -> record.disposition() == disposition)
                .count();
    }

    @Override
    public synchronized Optional<StoredContent> receiptContent(long receiptId) {
        return Optional.ofNullable(receiptContents.get(receiptId));
    }

    @Override
    public synchronized Optional<MailboxCursor> cursor(MailboxKey mailbox) {
        return Optional.ofNullable(cursors.get(mailbox));
    }

    @Override
    public Optional<ExclusiveLease> acquire(String resource, String owner, Instant now, Instant until) {
        hook.accept("acquire");
        synchronized (this) {
            ExclusiveLease held = leases.get(resource);
            boolean own = held != null && held.owner().equals(owner);
            if (held != null && !own && held.until().isAfter(now)) {
                return Optional.empty();
            }
            ExclusiveLease lease = new ExclusiveLease(resource, owner, own ? held.token() : ++numbers, until);
            leases.put(resource, lease);
            return Optional.of(lease);
        }
    }

    @Override
    public void release(ExclusiveLease lease) {
        hook.accept("release");
        synchronized (this) {
            if (isHeld(lease)) {
                leases.remove(lease.resource());
            }
        }
    }

    private boolean isHeld(ExclusiveLease lease) {
        ExclusiveLease held = leases.get(lease.resource());
        return held != null && held.token() == lease.token();
    }

    @Override
    public synchronized void registerSink(String sink) {
        pending.computeIfAbsent(sink, unused -> new TreeMap<>());
    }

    @Override
    public synchronized boolean forgetSink(String sink) {
        return pending.remove(sink) != null;
    }

    @Override
    public synchronized List<String> tenantsToReport(String sink, Instant now) {
        return pending.getOrDefault(sink, Map.of()).values().stream()
                .map(report -> report.event().message().tenant())
                .distinct()
                .filter(tenant -> !pendingReports(sink, tenant, now, 1).isEmpty())
                .toList();
    }

    @Override
    public synchronized List<PendingReport> pendingReports(String sink, String tenant, Instant now, int limit) {
        List<PendingReport> due = new ArrayList<>();
        Set<MessageKey> held = new HashSet<>();
        for (PendingReport report : pending.getOrDefault(sink, Map.of()).values()) {
            MessageKey key = report.event().message();
            Instant dueAt = putOff.get(report.event().sequence());
            if (dueAt != null && dueAt.isAfter(now)) {
                held.add(key);
            } else if (key.tenant().equals(tenant) && !held.contains(key) && due.size() < limit) {
                due.add(report);
            }
        }
        return due;
    }

    @Override
    public boolean acknowledge(
            String sink, Collection<Long> done, Collection<PutOffReport> later, @Nullable ExclusiveLease fence) {
        hook.accept("acknowledge");
        synchronized (this) {
            if (fence != null && !isHeld(fence)) {
                return false;
            }
            Map<Long, PendingReport> entries = pending.getOrDefault(sink, Map.of());
            done.forEach(entries::remove);
            for (PutOffReport report : later) {
                putOff.put(report.sequence(), report.dueAt());
                entries.computeIfPresent(
                        report.sequence(), (sequence, old) -> new PendingReport(old.event(), old.attempts() + 1));
            }
            return true;
        }
    }

    @Override
    public void suspend(Suspension suspension) {
        hook.accept("suspend");
        synchronized (this) {
            suspensions.put(suspension.scope(), suspension);
        }
    }

    @Override
    public synchronized boolean activate(SuspensionScope scope) {
        return suspensions.remove(scope) != null;
    }

    @Override
    public synchronized List<Suspension> suspensions() {
        return List.copyOf(suspensions.values());
    }

    @Override
    public synchronized StoreStatistics statistics(Instant now) {
        hook.accept("statistics");
        Map<MessageState, Long> counts = new HashMap<>();
        messages.values().forEach(message -> counts.merge(message.state(), 1L, Long::sum));
        long unreported = pending.values().stream().mapToLong(Map::size).sum();
        Instant oldestDue = messages.values().stream()
                .filter(message -> message.state().isWaiting())
                .map(TrackedMessage::dueAt)
                .filter(due -> !due.isAfter(now))
                .min(Comparator.naturalOrder())
                .orElse(null);
        return new StoreStatistics(counts, oldestDue, unreported);
    }

    @Override
    public synchronized int purge(PurgeRequest request) {
        hook.accept("purge");
        purges.add(request);
        int deleted = Math.min(request.limit(), purgeable);
        purgeable -= deleted;
        return deleted;
    }

    @Override
    public synchronized int purgeUnrelated(Instant readBefore, int limit) {
        hook.accept("purgeUnrelated");
        unrelatedPurges.add(readBefore);
        return 0;
    }

    /** Makes {@link #purge} tell that it deleted so many in all, whatever it is asked for. */
    public synchronized void purgeable(int messages) {
        purgeable = messages;
    }

    /** Returns what {@link #purge} was asked for. */
    public synchronized List<PurgeRequest> purges() {
        return List.copyOf(purges);
    }

    /** Returns the times that {@link #purgeUnrelated} was asked for. */
    public synchronized List<Instant> unrelatedPurges() {
        return List.copyOf(unrelatedPurges);
    }

    @Override
    public synchronized void saveAccount(StoredAccount account) {
        hook.accept("saveAccount");
        accounts.put(account.key(), account);
    }

    @Override
    public synchronized List<StoredAccount> accounts() {
        hook.accept("accounts");
        return List.copyOf(accounts.values());
    }

    @Override
    public synchronized boolean deleteAccount(AccountKey account) {
        hook.accept("deleteAccount");
        return accounts.remove(account) != null;
    }

    @Override
    public void close() {
        hook.accept("close");
    }
}
