package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.UncertainCommitException;
import java.sql.Connection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shows what becomes of connections, and what the store says, when the database is in trouble. */
class TroubleTest {
    private final JdbcConnectionPool pool =
            JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
    private final TroubledDataSource dataSource =
            new TroubledDataSource(pool, true, Connection.TRANSACTION_READ_COMMITTED);

    @AfterEach
    void close() {
        pool.dispose();
    }

    private JdbcEventStore open() {
        return JdbcEventStore.builder().dataSource(dataSource).build();
    }

    @ParameterizedTest
    @CsvSource({"true, 2", "true, 8", "false, 2", "false, 4"})
    void givesEveryConnectionBackAsItCame(boolean autoCommit, int isolation) {
        TroubledDataSource strange = new TroubledDataSource(pool, autoCommit, isolation);
        try (JdbcEventStore store = JdbcEventStore.builder().dataSource(strange).build()) {
            store.enqueue(List.of(
                    message("1").build(),
                    message("1").fingerprint("f".repeat(64)).build()));
            store.message(MessageKey.of("1"));
            lease(store);
            store.acquire("mailbox", "a", Instant.EPOCH, Instant.EPOCH.plusSeconds(60));
            assertThatThrownBy(() -> store.enqueue(List.of(tooLong("2")))).isInstanceOf(StoreException.class);
        }

        assertThat(strange.lent()).isGreaterThan(6);
        assertThat(strange.comeBackChanged()).isEmpty();
    }

    @Test
    void saysThatACommitWithoutAnswerIsUncertainAndRecognisesItsRepetition() {
        try (JdbcEventStore store = open()) {
            dataSource.failAfterwards("commit", "08006");

            assertThatThrownBy(() -> store.enqueue(List.of(message("1").build())))
                    .isInstanceOf(UncertainCommitException.class);

            assertThat(store.enqueue(List.of(message("1").build())).get(0))
                    .isInstanceOf(EnqueueOutcome.AlreadyStored.class);
        }
    }

    @Test
    void leavesNothingBehindWhenTheCommitDidNotArrive() {
        try (JdbcEventStore store = open()) {
            dataSource.fail("commit", "08006");

            assertThatThrownBy(() -> store.enqueue(List.of(message("1").build())))
                    .isInstanceOf(UncertainCommitException.class);

            assertThat(store.enqueue(List.of(message("1").build())).get(0)).isInstanceOf(EnqueueOutcome.Stored.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"40001", "40P01", "08006"})
    void beginsAgainAfterADeadlockAndAfterABrokenConnection(String state) {
        try (JdbcEventStore store = open()) {
            dataSource.fail("prepareStatement", state);

            assertThat(store.enqueue(List.of(message("1").build())).get(0)).isInstanceOf(EnqueueOutcome.Stored.class);
        }
    }

    @Test
    void givesUpAfterManyDeadlocksAndSaysThatItMayWorkLater() {
        try (JdbcEventStore store = open()) {
            for (int i = 0; i < 50; i++) {
                dataSource.fail("prepareStatement", "40001");
            }

            assertThatThrownBy(() -> store.message(MessageKey.of("1")))
                    .isInstanceOf(RetryableStoreException.class)
                    .hasMessageContaining("40001");
        }
    }

    @Test
    void saysThatAFullDiskMayWorkLaterAndASyntaxErrorNever() {
        try (JdbcEventStore store = open()) {
            dataSource.fail("prepareStatement", "HYT00");
            assertThatThrownBy(() -> store.message(MessageKey.of("1"))).isInstanceOf(RetryableStoreException.class);

            dataSource.fail("prepareStatement", "42601");
            assertThatThrownBy(() -> store.message(MessageKey.of("1")))
                    .isInstanceOf(StoreException.class)
                    .isNotInstanceOf(RetryableStoreException.class);
        }
    }

    @Test
    void storesTheOthersWhenOneOfManyCannotBeStored() {
        try (JdbcEventStore store = open()) {
            assertThatThrownBy(() -> store.enqueue(List.of(
                            message("1").build(), tooLong("2"), message("3").build())))
                    .isInstanceOf(StoreException.class);

            assertThat(store.messages(MessageFilter.ALL))
                    .extracting(each -> each.key().id())
                    .containsExactly("1", "3");
        }
    }

    @Test
    void tellsTheDatabasesTimeAlsoWhileTheDatabaseIsAway() {
        try (JdbcEventStore store = open()) {
            InstantSource clock = store.clock();
            Instant before = clock.instant();
            pool.dispose();

            assertThat(clock.instant()).isAfterOrEqualTo(before);
            assertThat(before)
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        }
    }

    @Test
    void tellsTheTimeItIsGivenForTests() {
        InstantSource fixed = InstantSource.fixed(Instant.EPOCH);
        try (JdbcEventStore store =
                JdbcEventStore.builder().dataSource(dataSource).clock(fixed).build()) {
            assertThat(store.clock()).isSameAs(fixed);
        }
    }

    private static void lease(JdbcEventStore store) {
        Instant now = Instant.parse("2027-01-01T00:00:00Z");
        store.lease(
                List.of(new LeaseRequest(new AccountKey("default", "acc"), 5, List.of())), now, now.plusSeconds(60));
    }

    /** A message of an account whose name is longer than any may be. */
    private static io.github.pecmailproxy.store.NewMessage tooLong(String id) {
        return message(id).account("a".repeat(100)).build();
    }
}
