package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.ChangeFixture.sent;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Shows that the grants that storage-jdbc/README.md names are enough, for whoever migrates and for whoever works. */
@Tag("real-servers")
class LeastPrivilegeRealServerTest {
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final AccountKey ACCOUNT = new AccountKey("default", "acc");

    @Test
    void worksOnPostgresqlWithTheGrantsOfTheManual() throws SQLException {
        PooledDatabase database = RealDatabases.postgresql();
        execute(
                database,
                "DROP SCHEMA IF EXISTS pec CASCADE",
                "DROP ROLE IF EXISTS pec_owner",
                "DROP ROLE IF EXISTS pec_app",
                "CREATE ROLE pec_owner LOGIN",
                "CREATE ROLE pec_app LOGIN",
                "CREATE SCHEMA pec",
                "GRANT USAGE, CREATE ON SCHEMA pec TO pec_owner",
                "GRANT USAGE ON SCHEMA pec TO pec_app");
        migrateAndWork(
                database.pool().getJdbcUrl(),
                "pec",
                () -> execute(
                        database,
                        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pec TO pec_app",
                        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA pec TO pec_app"));
    }

    @Test
    void worksOnMariadbWithTheGrantsOfTheManual() throws SQLException {
        PooledDatabase database = RealDatabases.mariadb();
        execute(
                database,
                "DROP DATABASE IF EXISTS pec",
                "DROP USER IF EXISTS pec_owner",
                "DROP USER IF EXISTS pec_app",
                "CREATE DATABASE pec",
                "CREATE USER pec_owner IDENTIFIED BY 'secret'",
                "CREATE USER pec_app IDENTIFIED BY 'secret'");
        execute(database, "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON pec.* TO pec_owner");
        execute(database, "GRANT SELECT, INSERT, UPDATE, DELETE ON pec.* TO pec_app");
        migrateAndWork(database.pool().getJdbcUrl().replace("/test", "/pec"), null, () -> {});
    }

    private interface Grants {
        void give() throws SQLException;
    }

    private static void migrateAndWork(String url, String schema, Grants grants) throws SQLException {
        try (HikariDataSource owner = pool(url, "pec_owner");
                HikariDataSource worker = pool(url, "pec_app")) {
            assertThatThrownBy(() -> builder(worker, schema).build()).isInstanceOf(StoreException.class);
            builder(owner, schema).build().close();
            grants.give();
            try (JdbcEventStore store =
                    builder(worker, schema).createSchema(false).build()) {
                work(store);
            }
            // Once the tables are there, the default does no harm either.
            builder(worker, schema).build().close();
        }
    }

    private static void work(JdbcEventStore store) {
        store.registerSink("sink");
        store.enqueue(List.of(message("1").ordinary().build(), message("2").build()));
        List<TrackedMessage> leased = store
                .lease(List.of(new LeaseRequest(ACCOUNT, 5, List.of(RateLimit.perHour(5)))), NOW, NOW.plusSeconds(60))
                .get(0)
                .messages()
                .stream()
                .map(each -> each.message())
                .toList();
        assertThat(leased).hasSize(2);
        assertThat(store.apply(List.of(sent(leased.get(0), NOW)), NOW)).isEmpty();
        assertThat(store.acquire("mailbox/x", "node", NOW, NOW.plusSeconds(60))).isPresent();
        assertThat(store.forgetSink("sink")).isTrue();
        store.purge(new PurgeRequest(NOW.plusSeconds(9), NOW.plusSeconds(9), 10));
        assertThat(store.statistics(NOW)).isNotNull();
    }

    private static JdbcEventStoreBuilder builder(HikariDataSource pool, String schema) {
        JdbcEventStoreBuilder builder = JdbcEventStore.builder().dataSource(pool);
        return schema == null ? builder : builder.schema(schema);
    }

    private static HikariDataSource pool(String url, String user) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setUsername(user);
        pool.setPassword("secret");
        pool.setMaximumPoolSize(3);
        return pool;
    }

    private static void execute(PooledDatabase database, String... statements) throws SQLException {
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }
}
