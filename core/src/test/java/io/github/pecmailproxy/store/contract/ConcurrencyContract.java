package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.ChangeFixture.cancelled;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static io.github.pecmailproxy.store.contract.ReceiptFixture.receipt;
import static io.github.pecmailproxy.store.contract.Together.retrying;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Proves that callers who compete, by several threads and where possible by two handles, keep every promise to each other. */
interface ConcurrencyContract extends StoreUnderTest {
    int THREADS = 8;

    /** The handles to share out among threads: two where the store can have two. */
    default List<EventStore> handles() {
        List<EventStore> handles = new ArrayList<>(List.of(store()));
        anotherHandle().ifPresent(handles::add);
        return handles;
    }

    default List<NewMessage> many(int count) {
        List<NewMessage> many = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            many.add(message("message " + i)
                    .priority(Priority.ofLevel(i % 4))
                    .content(BytesContent.of("content " + i))
                    .build());
        }
        return many;
    }

    /** Leases until nothing is left, from all threads at once, and returns everything that was granted to anybody. */
    default List<LeasedMessage> leaseEverything(int limit, RateLimit... rateLimits) throws Exception {
        List<EventStore> handles = handles();
        List<LeaseRequest> request = List.of(new LeaseRequest(ACCOUNT, limit, List.of(rateLimits)));
        List<LeasedMessage> all = new ArrayList<>();
        List<List<LeasedMessage>> byThread = Together.run(THREADS, thread -> {
            EventStore handle = handles.get(thread % handles.size());
            List<LeasedMessage> mine = new ArrayList<>();
            while (true) {
                List<LeasedMessage> batch =
                        retrying(() -> handle.lease(request, NOW, UNTIL)).get(0).messages();
                assertThat(batch)
                        .isSortedAccordingTo(Comparator.comparing(
                                        (LeasedMessage one) -> one.message().priority())
                                .thenComparing(one -> one.message().sequence()));
                if (batch.isEmpty()) {
                    return mine;
                }
                mine.addAll(batch);
            }
        });
        byThread.forEach(all::addAll);
        // A thread may have gone home while another still held what it then gave back.
        for (List<LeasedMessage> rest =
                        store().lease(request, NOW, UNTIL).get(0).messages();
                !rest.isEmpty();
                rest = store().lease(request, NOW, UNTIL).get(0).messages()) {
            all.addAll(rest);
        }
        return all;
    }

    @Test
    default void leasesEveryMessageToOneCallerOnly() throws Exception {
        store().enqueue(many(240));

        List<LeasedMessage> leased = leaseEverything(7);

        assertThat(ids(leased)).hasSize(240).doesNotHaveDuplicates();
        assertThat(leased)
                .extracting(LeasedMessage::message)
                .allMatch(message -> message.version() == 2 && message.attempts() == 1)
                .containsExactlyInAnyOrderElementsOf(store().messages(MessageFilter.ALL));
    }

    @Test
    default void grantsNoMoreThanTheRateLimitToAllCallersTogether() throws Exception {
        store().enqueue(many(100));

        assertThat(leaseEverything(3, RateLimit.perHour(50), RateLimit.perDay(80)))
                .hasSize(50);
        assertThat(store().messages(MessageFilter.ALL.inState(MessageState.SENDING)))
                .hasSize(50);
    }

    @Test
    default void storesAMessageThatSeveralEnqueueAtOnceOnce() throws Exception {
        List<EventStore> handles = handles();
        NewMessage given = message("one").build();

        List<EnqueueOutcome> outcomes = Together.run(
                THREADS,
                thread -> retrying(() -> handles.get(thread % handles.size()).enqueue(List.of(given)))
                        .get(0));

        assertThat(outcomes).filteredOn(EnqueueOutcome.Stored.class::isInstance).hasSize(1);
        assertThat(outcomes)
                .filteredOn(EnqueueOutcome.AlreadyStored.class::isInstance)
                .hasSize(THREADS - 1);
        assertThat(store().messages(MessageFilter.ALL)).hasSize(1);
        assertThat(store().events(given.message().key())).hasSize(1);
    }

    @Test
    default void keepsOneOfSeveralMessagesUnderTheSameKey() throws Exception {
        List<EventStore> handles = handles();

        List<EnqueueOutcome> outcomes = Together.run(THREADS, thread -> {
            NewMessage mine = message("one")
                    .fingerprint(Sha256.hex("of thread " + thread))
                    .content(BytesContent.of("of thread " + thread))
                    .build();
            return retrying(() -> handles.get(thread % handles.size()).enqueue(List.of(mine)))
                    .get(0);
        });

        TrackedMessage kept = current(MessageKey.of("one"));
        assertThat(outcomes).filteredOn(EnqueueOutcome.Stored.class::isInstance).hasSize(1);
        assertThat(outcomes)
                .filteredOn(EnqueueOutcome.KeyTaken.class::isInstance)
                .hasSize(THREADS - 1)
                .containsOnly(new EnqueueOutcome.KeyTaken(kept));
        assertThat(Sha256.hex(contentOf(kept.key()))).isEqualTo(kept.contentSha256());
    }

    @Test
    default void storesWhatSeveralEnqueueSideBySide() throws Exception {
        List<EventStore> handles = handles();
        store().registerSink("sink");

        Together.run(THREADS, thread -> {
            List<TrackedMessage> mine = new ArrayList<>();
            for (int call = 0; call < 5; call++) {
                List<NewMessage> messages = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    messages.add(message(thread + "/" + call + "/" + i).build());
                }
                retrying(() -> handles.get(thread % handles.size()).enqueue(messages))
                        .forEach(outcome -> mine.add(stored(outcome)));
            }
            assertThat(mine).isSortedAccordingTo(Comparator.comparing(TrackedMessage::sequence));
            return mine;
        });

        List<TrackedMessage> all = store().messages(MessageFilter.ALL);
        assertThat(all).hasSize(THREADS * 20);
        assertThat(all).extracting(TrackedMessage::sequence).doesNotHaveDuplicates();
        assertThat(pending("sink")).hasSize(THREADS * 20);
    }

    @Test
    default void enqueuesTheSameListsInOppositeOrdersWithoutEndOrLoss() throws Exception {
        List<EventStore> handles = handles();
        List<NewMessage> forwards = many(20);
        List<NewMessage> backwards = new ArrayList<>(forwards);
        Collections.reverse(backwards);

        List<List<EnqueueOutcome>> outcomes = Together.run(
                THREADS,
                thread -> retrying(
                        () -> handles.get(thread % handles.size()).enqueue(thread % 2 == 0 ? forwards : backwards)));

        assertThat(outcomes.stream().flatMap(List::stream))
                .filteredOn(EnqueueOutcome.Stored.class::isInstance)
                .hasSize(20);
        assertThat(store().messages(MessageFilter.ALL)).hasSize(20);
    }

    @Test
    default void acceptsOneOfSeveralChangesOfTheSameVersion() throws Exception {
        List<EventStore> handles = handles();
        TrackedMessage message = enqueue(message("one"));

        List<Set<MessageKey>> refused = Together.run(
                THREADS,
                thread -> retrying(
                        () -> handles.get(thread % handles.size()).apply(List.of(cancelled(message, NOW)), NOW)));

        assertThat(refused).filteredOn(Set::isEmpty).hasSize(1);
        assertThat(current(message).version()).isEqualTo(2);
        assertThat(store().events(message.key())).hasSize(2);
    }

    @Test
    default void leasesOrCancelsEachMessageAndNeverBoth() throws Exception {
        List<EventStore> handles = handles();
        store().enqueue(many(240));
        List<TrackedMessage> waiting = store().messages(MessageFilter.ALL);
        List<LeaseRequest> request = List.of(new LeaseRequest(ACCOUNT, 3, List.of()));
        Set<MessageKey> cancelled = ConcurrentHashMap.newKeySet();

        List<List<String>> leased = Together.run(THREADS, thread -> {
            EventStore handle = handles.get(thread % handles.size());
            List<String> mine = new ArrayList<>();
            // The halves go about the same messages from both ends: some cancel what the others are about to lease.
            for (int i = thread / 2; i < waiting.size(); i += THREADS / 2) {
                if (thread % 2 == 0) {
                    TrackedMessage message = waiting.get(waiting.size() - 1 - i);
                    if (retrying(() -> handle.apply(List.of(ChangeFixture.cancelled(message, NOW)), NOW))
                            .isEmpty()) {
                        cancelled.add(message.key());
                    }
                } else {
                    mine.addAll(ids(retrying(() -> handle.lease(request, NOW, UNTIL))
                            .get(0)
                            .messages()));
                }
            }
            return mine;
        });

        List<String> sending = new ArrayList<>();
        leased.forEach(sending::addAll);
        store().lease(List.of(new LeaseRequest(ACCOUNT, 240, List.of())), NOW, UNTIL)
                .forEach(batch -> sending.addAll(ids(batch.messages())));
        List<String> withdrawn = cancelled.stream().map(MessageKey::id).toList();
        assertThat(sending).doesNotHaveDuplicates().doesNotContainAnyElementsOf(withdrawn);
        assertThat(sending.size() + withdrawn.size()).isEqualTo(240);
        assertThat(idsOf(store().messages(MessageFilter.ALL.inState(MessageState.CANCELLED))))
                .containsExactlyInAnyOrderElementsOf(withdrawn);
    }

    @Test
    default void changesTheSameMessagesInOppositeOrdersWithoutEndOrLoss() throws Exception {
        List<EventStore> handles = handles();
        store().enqueue(many(10));
        AtomicInteger accepted = new AtomicInteger();

        Together.run(THREADS, thread -> {
            EventStore handle = handles.get(thread % handles.size());
            for (int round = 0; round < 5; round++) {
                List<TrackedMessage> read =
                        handle.messages(thread % 2 == 0 ? MessageFilter.ALL : MessageFilter.ALL.reversed());
                List<MessageChange> changes =
                        read.stream().map(ChangeFixture::touched).toList();
                accepted.addAndGet(
                        10 - retrying(() -> handle.apply(changes, NOW)).size());
            }
            return true;
        });

        assertThat(store().messages(MessageFilter.ALL).stream()
                        .mapToLong(message -> message.version() - 1)
                        .sum())
                .isEqualTo(accepted.get());
    }

    @Test
    default void recordsAReceiptThatSeveralReadAtOnceOnce() throws Exception {
        List<EventStore> handles = handles();
        TrackedMessage message = enqueue(message("one"));
        ReceiptUnit unit = new ReceiptUnit(
                null,
                List.of(receipt("r").message(message.key()).eventKey("e").build()),
                List.of(),
                List.of(cancelled(message, NOW)),
                List.of());

        List<Boolean> results = Together.run(
                THREADS,
                thread -> retrying(() -> handles.get(thread % handles.size()).record(unit, NOW)));

        assertThat(results).filteredOn(Boolean::booleanValue).hasSize(1);
        assertThat(store().receipts(ReceiptFilter.ALL)).hasSize(1);
        assertThat(store().events(message.key())).hasSize(2);
    }

    @Test
    default void recordsOneOfSeveralReceiptsOfTheSameEvent() throws Exception {
        List<EventStore> handles = handles();

        List<Boolean> results = Together.run(
                THREADS,
                thread -> retrying(() -> handles.get(thread % handles.size())
                        .record(
                                unit(receipt("of thread " + thread)
                                        .eventKey("same")
                                        .build()),
                                NOW)));

        assertThat(results).filteredOn(Boolean::booleanValue).hasSize(1);
        assertThat(store().receipts(ReceiptFilter.ALL)).hasSize(1);
    }

    @Test
    default void grantsAnExclusiveLeaseToOneOfSeveral() throws Exception {
        List<EventStore> handles = handles();
        for (int round = 0; round < 5; round++) {
            String resource = "resource " + round;

            List<Optional<ExclusiveLease>> leases = Together.run(
                    THREADS,
                    thread -> retrying(() ->
                            handles.get(thread % handles.size()).acquire(resource, "owner " + thread, NOW, UNTIL)));

            assertThat(leases).filteredOn(Optional::isPresent).hasSize(1);
        }
    }

    @Test
    default void grantsAnExclusiveLeaseThatRanOutToOneOfSeveral() throws Exception {
        List<EventStore> handles = handles();
        ExclusiveLease former = store().acquire("mailbox", "former", NOW, UNTIL).orElseThrow();

        List<ExclusiveLease> leases = Together.run(
                        THREADS,
                        thread -> retrying(() -> handles.get(thread % handles.size())
                                .acquire("mailbox", "owner " + thread, UNTIL, UNTIL.plusSeconds(60))))
                .stream()
                .flatMap(Optional::stream)
                .toList();

        assertThat(leases).hasSize(1);
        assertThat(leases.get(0).token()).isGreaterThan(former.token());
    }

    @Test
    default void entersAnEventOnceHoweverManyRegisterTheSink() throws Exception {
        List<EventStore> handles = handles();

        Together.run(
                THREADS,
                thread -> retrying(() -> {
                    handles.get(thread % handles.size()).registerSink("sink");
                    return true;
                }));
        enqueue(message("one"));

        assertThat(pending("sink")).hasSize(1);
    }

    @Test
    default void losesNoEventWhileSomeStoreAndOneReports() throws Exception {
        List<EventStore> handles = handles();
        store().registerSink("sink");
        AtomicInteger writers = new AtomicInteger(THREADS - 1);
        List<Long> reported = new ArrayList<>();
        Map<MessageKey, Long> last = new HashMap<>();

        Together.run(THREADS, thread -> {
            EventStore handle = handles.get(thread % handles.size());
            if (thread > 0) {
                try {
                    for (int i = 0; i < 12; i++) {
                        NewMessage given = message(thread + "/" + i).build();
                        TrackedMessage message = stored(
                                retrying(() -> handle.enqueue(List.of(given))).get(0));
                        retrying(() -> handle.apply(List.of(cancelled(message, NOW)), NOW));
                    }
                } finally {
                    writers.decrementAndGet();
                }
                return true;
            }
            boolean goOn = true;
            while (goOn) {
                boolean lastRound = writers.get() == 0;
                List<PendingReport> batch = retrying(() -> handle.pendingReports("sink", "default", NOW, 5));
                for (PendingReport report : batch) {
                    long sequence = report.event().sequence();
                    reported.add(sequence);
                    Long before = last.put(report.event().message(), sequence);
                    assertThat(before == null || before < sequence)
                            .as("order within a message")
                            .isTrue();
                }
                Collection<Long> done = sequences(batch);
                retrying(() -> handle.acknowledge("sink", done, List.of(), null));
                goOn = !lastRound || !batch.isEmpty();
            }
            return true;
        });

        assertThat(reported).hasSize((THREADS - 1) * 12 * 2).doesNotHaveDuplicates();
        assertThat(pending("sink")).isEmpty();
    }

    @Test
    default void purgesEveryMessageOnce() throws Exception {
        List<EventStore> handles = handles();
        for (NewMessage given : many(40)) {
            applied(cancelled(enqueue(given), NOW));
        }
        PurgeRequest request = new PurgeRequest(UNTIL, UNTIL, 5);

        List<Integer> deleted = Together.run(4, thread -> {
            int mine = 0;
            for (int round = 0; round < 4; round++) {
                mine += retrying(() -> handles.get(thread % handles.size()).purge(request));
            }
            return mine;
        });

        int rest = store().purge(new PurgeRequest(UNTIL, UNTIL, 1_000));
        assertThat(deleted.stream().mapToInt(Integer::intValue).sum() + rest).isEqualTo(40);
        assertThat(store().messages(MessageFilter.ALL)).isEmpty();
    }

    @Test
    default void letsEachMessageThroughTheWholeQueueOnceWithManyAtWork() throws Exception {
        List<EventStore> handles = handles();
        store().enqueue(many(80));
        List<LeaseRequest> request = List.of(new LeaseRequest(ACCOUNT, 3, List.of()));

        // Each message is deferred once and then sent; a worker's settle is never refused, because it alone holds the
        // lease.
        Together.run(THREADS, thread -> {
            EventStore handle = handles.get(thread % handles.size());
            while (true) {
                List<LeasedMessage> batch =
                        retrying(() -> handle.lease(request, NOW, UNTIL)).get(0).messages();
                if (batch.isEmpty()) {
                    return true;
                }
                for (LeasedMessage leased : batch) {
                    TrackedMessage message = leased.message();
                    MessageChange change = message.attempts() == 1
                            ? ChangeFixture.deferred(message, NOW, NOW)
                            : ChangeFixture.sent(message, NOW);
                    assertThat(handle.apply(List.of(change), NOW)).isEmpty();
                }
            }
        });
        for (List<LeasedMessage> rest = lease(ACCOUNT, 100, NOW); !rest.isEmpty(); rest = lease(ACCOUNT, 100, NOW)) {
            rest.forEach(leased -> applied(
                    leased.message().attempts() == 1
                            ? ChangeFixture.deferred(leased.message(), NOW, NOW)
                            : ChangeFixture.sent(leased.message(), NOW)));
        }

        assertThat(store().messages(MessageFilter.ALL))
                .hasSize(80)
                .allMatch(message ->
                        message.state() == MessageState.SENT && message.attempts() == 2 && message.version() == 5);
        assertThat(store().messages(MessageFilter.ALL))
                .allMatch(message -> store().events(message.key()).size() == 3);
    }
}
