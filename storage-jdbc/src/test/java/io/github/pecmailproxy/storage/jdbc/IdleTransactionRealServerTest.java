package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node that is stopped in the middle of a transaction, as when its machine is suspended, holds up nobody for long. */
@Tag("real-servers")
class IdleTransactionRealServerTest {
    private static final AccountKey ACCOUNT = new AccountKey("default", "acc");
    private static final List<RateLimit> LIMITS = List.of(RateLimit.perHour(10));
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

    @Test
    void letsOthersLeaseOnPostgresql() throws Exception {
        letsOthersLease(RealDatabases.postgresql());
    }

    @Test
    void letsOthersLeaseOnMariadb() throws Exception {
        letsOthersLease(RealDatabases.mariadb());
    }

    @Test
    void leavesTheHostsOwnSettingAloneOnMariadb() throws SQLException {
        PooledDatabase database = RealDatabases.mariadb();
        try (JdbcEventStore store = database.openEmpty()) {
            for (int i = 0; i < 30; i++) {
                store.enqueue(List.of(message("m" + i).build()));
            }
            try (Connection connection = database.pool().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet value = statement.executeQuery("SELECT @@idle_transaction_timeout")) {
                value.next();
                assertThat(value.getInt(1)).isZero();
            }
        }
    }

    private static void letsOthersLease(PooledDatabase database) throws Exception {
        CountDownLatch inTheMiddle = new CountDownLatch(1);
        CountDownLatch awake = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (JdbcEventStore store = database.openEmpty();
                JdbcEventStore stopped = JdbcEventStore.builder()
                        .dataSource(database.pool())
                        .longestIdle(Duration.ofSeconds(1))
                        .build()) {
            store.enqueue(List.of(message("1").build()));
            Future<Integer> sleeper = thread.submit(() -> stopped.transactions().write("sleep", session -> {
                int left = RateCounters.lock(session, ACCOUNT, LIMITS, NOW).left();
                inTheMiddle.countDown();
                try {
                    awake.await();
                } catch (InterruptedException interrupted) {
                    throw new AssertionError("interrupted", interrupted);
                }
                RateCounters rates = RateCounters.lock(session, ACCOUNT, LIMITS, NOW);
                rates.count(session, 1);
                return left;
            }));
            inTheMiddle.await();

            List<LeaseBatch> leased =
                    store.lease(List.of(new LeaseRequest(ACCOUNT, 5, LIMITS)), NOW, NOW.plusSeconds(60));

            assertThat(leased.get(0).messages()).hasSize(1);
            awake.countDown();
            assertThat(sleeper.get(60, TimeUnit.SECONDS))
                    .as("what the sleeper found when it began again")
                    .isEqualTo(9);
        } finally {
            awake.countDown();
            thread.shutdown();
        }
    }
}
