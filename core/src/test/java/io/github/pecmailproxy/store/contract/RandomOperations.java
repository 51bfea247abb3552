package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static io.github.pecmailproxy.store.contract.ReceiptFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.message.ContentSource;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.Verdict;
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
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.PutOffReport;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptJudgement;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Does the same random things to a store and to a {@link StoreModel} and compares what they say. The same seed does the same
 * things. Not thread-safe.
 */
final class RandomOperations {
    private static final List<String> TENANTS = List.of("a", "b");
    private static final List<String> ACCOUNTS = List.of("x", "y");
    private static final List<String> SINKS = List.of("first", "second");
    private static final List<String> RESOURCES = List.of("inbox", "channel");
    private static final List<String> OWNERS = List.of("node 1", "node 2", "node 3");

    private final EventStore store;
    private final Random random;
    private final StoreModel model = new StoreModel();
    private final List<TrackedMessage> seen = new ArrayList<>();
    private final List<ExclusiveLease> held = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    /** The store's sequences of the model's events. */
    private final Map<Long, Long> sequences = new HashMap<>();

    private Instant now = StoreUnderTest.NOW;
    private int receiptsRead;

    RandomOperations(EventStore store, long seed) {
        this.store = store;
        this.random = new Random(seed);
    }

    /** Does one random thing. */
    void step() {
        // Now and then a little back, as when the next caller's clock is behind the last one's.
        now = now.plusMillis(random.nextInt(20_000) - 2_000);
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> enqueue();
            case 4, 5, 6 -> lease();
            case 7, 8, 9 -> apply();
            case 10 -> extend();
            case 11, 12 -> record();
            case 13 -> acquireOrRelease();
            case 14 -> suspendOrActivate();
            case 15 -> registerSink();
            case 16, 17 -> acknowledge();
            case 18 -> overdue();
            default -> purge();
        }
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private AccountKey anyAccount() {
        return new AccountKey(any(TENANTS), any(ACCOUNTS));
    }

    private @Nullable String anyBatch() {
        return random.nextBoolean() ? null : any(List.of("p%", "p_", "pq"));
    }

    private void note(String what) {
        done.add(what);
    }

    private String history() {
        return "after " + done.subList(Math.max(0, done.size() - 6), done.size());
    }

    private void enqueue() {
        List<NewMessage> messages = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            AccountKey account = anyAccount();
            MessageFixture fixture = message("m" + random.nextInt(60))
                    .tenant(account.tenant())
                    .account(account.id())
                    .priority(any(List.of(Priority.values())))
                    .batch(anyBatch())
                    .enqueuedAt(now)
                    .dueAt(now.plusSeconds(random.nextInt(60) - 20))
                    .fingerprint(Sha256.hex("fingerprint " + random.nextInt(2)))
                    .content(BytesContent.random(random.nextInt(3_000), random.nextLong()));
            messages.add((random.nextBoolean() ? fixture : fixture.ordinary()).build());
        }
        note("enqueue " + messages.size());
        List<EnqueueOutcome> outcomes = store.enqueue(messages);

        assertThat(outcomes).hasSameSizeAs(messages);
        for (int i = 0; i < messages.size(); i++) {
            NewMessage given = messages.get(i);
            TrackedMessage existing = model.messages.get(given.message().key());
            if (existing == null) {
                assertThat(outcomes.get(i)).as(history()).isInstanceOf(EnqueueOutcome.Stored.class);
                TrackedMessage stored = ((EnqueueOutcome.Stored) outcomes.get(i)).message();
                assertThat(stored).isEqualTo(Exactly.withSequence(given.message(), stored.sequence()));
                model.add(stored, read(given.content()), given.events());
                seen.add(stored);
            } else if (existing.fingerprint().equals(given.message().fingerprint())) {
                assertThat(outcomes.get(i)).as(history()).isEqualTo(new EnqueueOutcome.AlreadyStored(existing));
            } else {
                assertThat(outcomes.get(i)).as(history()).isEqualTo(new EnqueueOutcome.KeyTaken(existing));
            }
        }
    }

    private void lease() {
        Map<AccountKey, LeaseRequest> requests = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            AccountKey account = anyAccount();
            List<RateLimit> limits = switch (random.nextInt(4)) {
                case 0 -> List.of(RateLimit.perMinute(2));
                case 1 ->
                    List.of(RateLimit.perMinute(3), RateLimit.perHour(8), new RateLimit(4, Duration.ofSeconds(150)));
                default -> List.of();
            };
            requests.put(account, new LeaseRequest(account, 1 + random.nextInt(4), limits));
        }
        Instant until = now.plusSeconds(30 + random.nextInt(60));
        note("lease " + requests.values());
        List<LeaseBatch> batches = store.lease(List.copyOf(requests.values()), now, until);

        assertThat(batches).extracting(LeaseBatch::account).containsExactlyElementsOf(requests.keySet());
        for (LeaseBatch batch : batches) {
            StoreModel.Grant expected = model.lease(requests.get(batch.account()), now, until);
            assertThat(batch.messages())
                    .as(history())
                    .extracting(LeasedMessage::message)
                    .containsExactlyElementsOf(expected.messages());
            assertThat(batch.limitedUntil()).as(history()).isEqualTo(expected.limitedUntil());
            seen.addAll(expected.messages());
        }
    }

    /** A change such as the engine makes, computed from a version that may be long past. */
    private Optional<MessageChange> anyChange() {
        if (seen.isEmpty()) {
            return Optional.empty();
        }
        TrackedMessage base = any(seen);
        TrackedMessage current = model.messages.get(base.key());
        if (current != null && random.nextInt(4) > 0) {
            base = current;
        }
        MessageChange change = switch (random.nextInt(6)) {
            case 0 -> ChangeFixture.sent(base, now);
            case 1 -> ChangeFixture.deferred(base, now, now.plusSeconds(random.nextInt(60)));
            case 2 -> ChangeFixture.cancelled(base, now);
            case 3 -> ChangeFixture.delivered(base, now);
            case 4 -> ChangeFixture.touched(base);
            default ->
                new MessageChange(
                        base.next()
                                .state(any(List.of(MessageState.values())))
                                .deadline(now.plusSeconds(random.nextInt(40)))
                                .providerMessageId("p" + random.nextInt(5))
                                .build(),
                        List.of());
        };
        return Optional.of(change);
    }

    private void apply() {
        Map<MessageKey, MessageChange> changes = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            anyChange().ifPresent(change -> changes.put(change.message().key(), change));
        }
        note("apply " + changes.values().stream().map(MessageChange::message).toList());
        Set<MessageKey> refused = store.apply(List.copyOf(changes.values()), now);

        Set<MessageKey> expected = new HashSet<>();
        changes.forEach((key, change) -> {
            if (!model.apply(change, now)) {
                expected.add(key);
            } else {
                seen.add(change.message());
            }
        });
        assertThat(refused).as(history()).isEqualTo(expected);
    }

    private void extend() {
        Set<MessageVersion> leases = new HashSet<>();
        for (int i = 0; i < 5 && !seen.isEmpty(); i++) {
            leases.add(MessageVersion.of(any(seen)));
        }
        Instant until = now.plusSeconds(random.nextInt(90));
        note("extend " + leases);
        Set<MessageVersion> lost = store.extendLeases(leases, until);

        Set<MessageVersion> expected = new HashSet<>(leases);
        expected.removeIf(lease -> model.extend(lease, until));
        assertThat(lost).as(history()).isEqualTo(expected);
    }

    private void record() {
        AccountKey account = anyAccount();
        List<NewReceipt> receipts = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            receipts.add(receipt("r" + random.nextInt(60))
                    .account(account)
                    .uid(++receiptsRead)
                    .disposition(any(List.of(Disposition.RECORDED, Disposition.REFUSED, Disposition.WAITING)))
                    .message(seen.isEmpty() || random.nextBoolean() ? null : ofAccount(account))
                    .eventKey(random.nextBoolean() ? null : "e" + random.nextInt(60))
                    .build());
        }
        List<ReceiptJudgement> judgements = new ArrayList<>();
        if (!model.receipts.isEmpty() && random.nextInt(3) == 0) {
            ReceiptRecord record = any(model.receipts);
            Disposition expected = random.nextInt(5) == 0 ? Disposition.ORPHANED : record.disposition();
            judgements.add(new ReceiptJudgement(
                    expected,
                    record.judged(
                            any(List.of(Verdict.values())),
                            List.of("p" + random.nextInt(3)),
                            Disposition.RECORDED,
                            "Judged again.",
                            record.message(),
                            record.eventKey() != null ? record.eventKey() : "e" + random.nextInt(60))));
        }
        List<MessageChange> changes = new ArrayList<>();
        anyChange().ifPresent(changes::add);
        if (!changes.isEmpty() && random.nextBoolean()) {
            changes.add(ChangeFixture.touched(changes.get(0).message()));
        }
        ExclusiveLease fence = held.isEmpty() || random.nextBoolean() ? null : any(held);
        List<MailboxCursor> cursors =
                List.of(new MailboxCursor(new MailboxKey(account, "INBOX"), 1, receiptsRead, now));
        ReceiptUnit unit = new ReceiptUnit(fence, receipts, judgements, changes, cursors);
        note("record " + receipts.size() + " receipts, " + judgements.size() + " judgements, " + changes.size()
                + " changes under " + fence);
        boolean recorded = store.record(unit, now);

        long before = model.receipts.size();
        assertThat(recorded).as(history()).isEqualTo(model.record(unit, now));
        if (recorded) {
            changes.forEach(change -> seen.add(change.message()));
            adoptReceipts(before);
        }
    }

    private @Nullable MessageKey ofAccount(AccountKey account) {
        return model.messages.values().stream()
                .filter(message -> message.key().tenant().equals(account.tenant())
                        && message.account().equals(account.id()))
                .map(TrackedMessage::key)
                .findFirst()
                .orElse(null);
    }

    /** Gives the model's new receipts the ids that the store chose, and checks the rest of them. */
    private void adoptReceipts(long before) {
        List<ReceiptRecord> stored = store.receipts(ReceiptFilter.ALL);
        assertThat(stored).as(history()).hasSameSizeAs(model.receipts);
        assertThat(stored).extracting(ReceiptRecord::id).isSorted().doesNotHaveDuplicates();
        List<ReceiptRecord> known = new ArrayList<>(
                model.receipts.stream().filter(record -> record.id() > 0).toList());
        known.sort(Comparator.comparing(ReceiptRecord::id));
        List<ReceiptRecord> added =
                model.receipts.stream().filter(record -> record.id() == 0).toList();
        assertThat(known.size() + added.size()).isGreaterThanOrEqualTo((int) before);
        for (int i = 0; i < added.size(); i++) {
            known.add(Exactly.withId(added.get(i), stored.get(known.size()).id()));
        }
        assertThat(stored).as(history()).isEqualTo(known);
        model.receipts.clear();
        model.receipts.addAll(known);
    }

    private void acquireOrRelease() {
        if (!held.isEmpty() && random.nextInt(3) == 0) {
            ExclusiveLease lease = any(held);
            note("release " + lease);
            store.release(lease);
            model.release(lease);
            return;
        }
        String resource = any(RESOURCES);
        String owner = any(OWNERS);
        Instant until = now.plusSeconds(random.nextInt(60));
        note("acquire " + resource + " for " + owner);
        Optional<ExclusiveLease> lease = store.acquire(resource, owner, now, until);

        assertThat(lease.isPresent()).as(history()).isEqualTo(model.mayAcquire(resource, owner, now));
        lease.ifPresent(granted -> {
            assertThat(granted).isEqualTo(new ExclusiveLease(resource, owner, granted.token(), until));
            assertThat(model.acquired(granted)).as(history()).isTrue();
            held.add(granted);
        });
    }

    private void suspendOrActivate() {
        SuspensionScope scope = switch (random.nextInt(4)) {
            case 0 -> new SuspensionScope.Tenant(any(TENANTS));
            case 1 -> new SuspensionScope.Account(anyAccount());
            default -> new SuspensionScope.Batch(any(TENANTS), any(List.of("p%", "p_", "pq")));
        };
        if (random.nextInt(5) < 2) {
            note("suspend " + scope);
            store.suspend(new Suspension(scope, "why", now));
            model.suspended.add(scope);
        } else {
            note("activate " + scope);
            assertThat(store.activate(scope)).as(history()).isEqualTo(model.suspended.remove(scope));
        }
    }

    private void registerSink() {
        String sink = any(SINKS);
        note("register " + sink);
        store.registerSink(sink);
        model.sinks.computeIfAbsent(sink, name -> new TreeMap<>());
    }

    private void acknowledge() {
        String sink = any(SINKS);
        String tenant = any(TENANTS);
        matchEvents();
        comparePending(sink, tenant);
        List<StoreModel.Waiting> pending = model.pending(sink, tenant, now);
        List<Long> accepted = new ArrayList<>();
        List<PutOffReport> putOff = new ArrayList<>();
        List<StoreModel.Waiting> acceptedEntries = new ArrayList<>();
        Map<StoreModel.Waiting, Instant> putOffEntries = new LinkedHashMap<>();
        for (StoreModel.Waiting waiting : pending) {
            long sequence = sequences.get(waiting.event.number());
            switch (random.nextInt(5)) {
                case 0, 1, 2 -> {
                    accepted.add(sequence);
                    acceptedEntries.add(waiting);
                }
                case 3 -> {
                    Instant dueAt = now.plusSeconds(random.nextInt(120));
                    putOff.add(new PutOffReport(sequence, dueAt));
                    putOffEntries.put(waiting, dueAt);
                }
                default -> {
                    // Left as it is.
                }
            }
        }
        ExclusiveLease fence = held.isEmpty() || random.nextBoolean() ? null : any(held);
        note("acknowledge " + accepted + " put off " + putOff + " to " + sink + " under " + fence);
        boolean noted = store.acknowledge(sink, accepted, putOff, fence);

        assertThat(noted).as(history()).isEqualTo(fence == null || model.holds(fence));
        if (noted) {
            TreeMap<Long, StoreModel.Waiting> entries = model.sinks.getOrDefault(sink, new TreeMap<>());
            acceptedEntries.forEach(waiting -> entries.remove(waiting.event.number()));
            putOffEntries.forEach((waiting, dueAt) -> {
                waiting.attempts++;
                waiting.dueAt = dueAt;
            });
        }
    }

    private void overdue() {
        int limit = 1 + random.nextInt(8);
        note("overdue " + limit);
        List<TrackedMessage> overdue = store.overdue(now, limit);

        List<TrackedMessage> expected = model.messages.values().stream()
                .filter(message ->
                        message.deadline() != null && !message.deadline().isAfter(now))
                .sorted(Comparator.comparing(TrackedMessage::deadline))
                .toList();
        assertThat(overdue).as(history()).hasSize(Math.min(limit, expected.size()));
        assertThat(overdue)
                .as("the deadlines, since messages of the same deadline come in any order")
                .extracting(TrackedMessage::deadline)
                .isEqualTo(expected.stream()
                        .limit(limit)
                        .map(TrackedMessage::deadline)
                        .toList());
        assertThat(expected).as(history()).containsAll(overdue);
    }

    private void purge() {
        PurgeRequest request = new PurgeRequest(
                now.minusSeconds(random.nextInt(120)),
                random.nextBoolean() ? null : now.minusSeconds(random.nextInt(240)),
                1 + random.nextInt(4));
        note("purge " + request);
        int purged = store.purge(request);

        Set<MessageKey> disposable = model.disposable(request);
        assertThat(purged).as(history()).isEqualTo(Math.min(request.limit(), disposable.size()));
        Set<MessageKey> gone = new HashSet<>();
        for (MessageKey key : disposable) {
            if (store.message(key).isEmpty()) {
                gone.add(key);
            }
        }
        assertThat(gone).as(history()).hasSize(purged);
        gone.forEach(model::remove);
        // Nobody goes on with a message that was finished and purged; its key may come back as another message.
        seen.removeIf(message -> gone.contains(message.key()));
    }

    /** Compares all that can be seen. */
    void compareEverything() {
        List<TrackedMessage> inOrder = model.messages.values().stream()
                .sorted(Comparator.comparing(TrackedMessage::sequence))
                .toList();
        assertThat(store.messages(MessageFilter.ALL)).as(history()).isEqualTo(inOrder);
        matchEvents();
        model.contents.forEach((key, content) -> assertThat(store.content(key).map(RandomOperations::read))
                .as(history())
                .hasValueSatisfying(found -> assertThat(found).isEqualTo(content)));
        for (String sink : SINKS) {
            TENANTS.forEach(tenant -> comparePending(sink, tenant));
            assertThat(store.tenantsToReport(sink, now))
                    .as(history())
                    .containsExactlyInAnyOrderElementsOf(TENANTS.stream()
                            .filter(tenant -> !model.pending(sink, tenant, now).isEmpty())
                            .toList());
        }
        assertThat(store.suspensions())
                .extracting(Suspension::scope)
                .containsExactlyInAnyOrderElementsOf(model.suspended);
        assertThat(store.receipts(ReceiptFilter.ALL)).as(history()).isEqualTo(model.receipts);
        model.cursors.forEach(
                (mailbox, cursor) -> assertThat(store.cursor(mailbox)).contains(cursor));
        for (String tenant : TENANTS) {
            for (String account : ACCOUNTS) {
                compareProviderMessageIds(new AccountKey(tenant, account));
            }
        }
    }

    private void compareProviderMessageIds(AccountKey account) {
        List<TrackedMessage> expected = model.messages.values().stream()
                .filter(message -> message.key().tenant().equals(account.tenant())
                        && message.account().equals(account.id())
                        && message.providerMessageId() != null)
                .toList();
        assertThat(store.messagesByProviderMessageId(account, List.of("p0", "p1", "p2", "p3", "p4")))
                .as(history())
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /** Checks every message's events and learns which of the store's sequences is which of the model's numbers. */
    private void matchEvents() {
        model.events.forEach((key, expected) -> {
            List<MessageEvent> stored = store.events(key);
            assertThat(stored).as(history()).hasSameSizeAs(expected);
            assertThat(stored).extracting(MessageEvent::sequence).isSorted().doesNotHaveDuplicates();
            for (int i = 0; i < expected.size(); i++) {
                StoreModel.ModelEvent event = expected.get(i);
                MessageEvent found = stored.get(i);
                assertThat(found)
                        .as(history())
                        .isEqualTo(new MessageEvent(
                                found.sequence(),
                                key,
                                event.event().type(),
                                Exactly.cut(event.event().time()),
                                event.recordedAt(),
                                event.event().data()));
                sequences.put(event.number(), found.sequence());
            }
        });
    }

    private void comparePending(String sink, String tenant) {
        List<PendingReport> pending = store.pendingReports(sink, tenant, now, 10_000);
        List<StoreModel.Waiting> expected = model.pending(sink, tenant, now);
        assertThat(pending)
                .as(history())
                .extracting(report -> report.event().sequence(), PendingReport::attempts)
                .containsExactlyElementsOf(expected.stream()
                        .map(waiting -> tuple(sequences.get(waiting.event.number()), waiting.attempts))
                        .toList());
    }

    private static byte[] read(ContentSource content) {
        try (InputStream in = content.open()) {
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
