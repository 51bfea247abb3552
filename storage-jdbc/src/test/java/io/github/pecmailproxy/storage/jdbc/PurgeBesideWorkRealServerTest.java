package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.ChangeFixture.cancelled;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.PurgeRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A purge holds up nobody, and nobody holds up a purge. */
@Tag("real-servers")
class PurgeBesideWorkRealServerTest {
    private static final int OLD = 300;
    private static final Instant THEN = Instant.parse("2026-06-01T00:00:00Z");
    private static final PurgeRequest REQUEST = new PurgeRequest(THEN.plusSeconds(1), null, OLD);

    @Test
    void letsTheQueueRunOnPostgresql() throws Exception {
        letsTheQueueRun(RealDatabases.postgresql());
    }

    @Test
    void letsTheQueueRunOnMariadb() throws Exception {
        letsTheQueueRun(RealDatabases.mariadb());
    }

    @Test
    void passesByWhatIsLockedOnPostgresql() throws Exception {
        passesByWhatIsLocked(RealDatabases.postgresql());
    }

    private static void letsTheQueueRun(PooledDatabase database) throws Exception {
        try (JdbcEventStore store = database.openEmpty();
                JdbcEventStore purging = patient(database);
                InTheMiddle purge = new InTheMiddle()) {
            finishOldMessages(store);
            store.registerSink("sink");
            Future<Integer> deleted = purge.start(purging, session -> Purging.purge(session, REQUEST, OLD / 3));

            new HotOperations(store, new HotOperations.Watcher() {
                        @Override
                        public <T> T watch(String what, Supplier<T> operation) {
                            T result = operation.get();
                            assertThat(deleted.isDone())
                                    .as(what + " waited for the purge")
                                    .isFalse();
                            return result;
                        }
                    })
                    .passOn("beside");

            purge.goOn();
            assertThat(deleted.get(60, TimeUnit.SECONDS)).isEqualTo(OLD / 3);
            assertThat(purge.attempts())
                    .as("attempts of the purge: had anybody waited, the database would have ended the first")
                    .isEqualTo(1);
            assertThat(store.purge(REQUEST)).isEqualTo(OLD - OLD / 3);
            assertThat(store.messages(MessageFilter.ALL)).hasSize(100);
        }
    }

    private static void passesByWhatIsLocked(PooledDatabase database) throws Exception {
        try (JdbcEventStore store = database.openEmpty();
                JdbcEventStore changing = patient(database);
                InTheMiddle change = new InTheMiddle()) {
            List<TrackedMessage> old = finishOldMessages(store);
            TrackedMessage reopened = old.get(7);
            Future<Integer> changed = change.start(
                    changing,
                    session -> Changing.apply(session, List.of(cancelled(reopened, THEN)), THEN.plusSeconds(60))
                            .size());

            assertThat(store.purge(REQUEST)).isEqualTo(OLD - 1);

            assertThat(changed.isDone()).as("the change was still under way").isFalse();
            change.goOn();
            assertThat(changed.get(60, TimeUnit.SECONDS)).isZero();
            assertThat(change.attempts()).isEqualTo(1);
            assertThat(store.messages(MessageFilter.ALL))
                    .extracting(TrackedMessage::key)
                    .containsExactly(reopened.key());
        }
    }

    /** Opens a store whose transactions may stand still for longer than a test takes on a busy machine. */
    private static JdbcEventStore patient(PooledDatabase database) {
        return JdbcEventStore.builder()
                .dataSource(database.pool())
                .longestIdle(Duration.ofMinutes(2))
                .build();
    }

    private static List<TrackedMessage> finishOldMessages(JdbcEventStore store) {
        List<NewMessage> given = new ArrayList<>();
        for (int i = 0; i < OLD; i++) {
            given.add(message("old" + i).ordinary().build());
        }
        List<TrackedMessage> stored = store.enqueue(given).stream()
                .map(outcome -> ((EnqueueOutcome.Stored) outcome).message())
                .toList();
        assertThat(store.apply(
                        stored.stream().map(each -> cancelled(each, THEN)).toList(), THEN))
                .isEmpty();
        return store.messages(MessageFilter.ALL.limit(OLD));
    }

    /** Does something in a transaction that stays open until it may go on. */
    private static final class InTheMiddle implements AutoCloseable {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch awake = new CountDownLatch(1);
        private final AtomicInteger attempts = new AtomicInteger();
        private final ExecutorService thread = Executors.newSingleThreadExecutor();

        Future<Integer> start(JdbcEventStore store, Transactions.Work<Integer> work) throws InterruptedException {
            Future<Integer> result = thread.submit(() -> store.transactions().write("stop in the middle", session -> {
                attempts.incrementAndGet();
                Integer done = work.run(session);
                reached.countDown();
                try {
                    awake.await();
                } catch (InterruptedException interrupted) {
                    throw new AssertionError("interrupted", interrupted);
                }
                return done;
            }));
            reached.await();
            return result;
        }

        void goOn() {
            awake.countDown();
        }

        int attempts() {
            return attempts.get();
        }

        @Override
        public void close() {
            awake.countDown();
            thread.shutdown();
        }
    }
}
