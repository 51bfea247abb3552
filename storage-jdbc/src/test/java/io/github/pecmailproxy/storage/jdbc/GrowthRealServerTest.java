package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static io.github.pecmailproxy.store.contract.ReceiptFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.ReceiptUnit;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Shows by the plans that the databases followed that no hot operation walks over what has piled up. */
@Tag("real-servers")
class GrowthRealServerTest {
    private static final long PILE = 25_000;
    private static final Pattern WALK =
            Pattern.compile("Seq Scan on pmp_(message|progress|message_content|event|receipt)\\b");

    /** Columns of a line: id, select_type, table, type, possible_keys, key, key_len, ref, rows, r_rows. */
    private static final Pattern MARIADB_STEP = Pattern.compile("(?m)^# explain: (?:[^\\t]*\\t){9}([0-9.]+)\\t.*$");

    private static final double MOST_ROWS = 1_000;

    @Test
    void everyHotOperationGoesByItsIndexHoweverMuchHasPiledUp() throws Exception {
        PooledDatabase database = RealDatabases.postgresql();
        GrownTables.Pile pile = grown(database);
        Path log = directory(database, "SHOW data_directory").resolveSibling("log");
        try (HikariDataSource explaining = another(database)) {
            explaining.setConnectionInitSql("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0");
            work(explaining, pile, log, () -> true, (what, plans) -> {
                assertThat(plans).as("plans of " + what).contains("Query Text");
                assertThat(plans).as("plans of " + what).doesNotContainPattern(WALK);
            });
        } finally {
            database.openEmpty().close();
        }
    }

    @Test
    void noStepOfAHotOperationReadsThePileOnMariadb() throws Exception {
        PooledDatabase database = RealDatabases.mariadb();
        GrownTables.Pile pile = grown(database);
        Path log = directory(database, "SELECT @@datadir").resolveSibling("slow");
        try (HikariDataSource explaining = another(database)) {
            explaining.setConnectionInitSql("SET long_query_time = 0, log_slow_verbosity = 'query_plan,explain'");
            execute(database, "SET GLOBAL slow_query_log_file = '" + log + "'", "SET GLOBAL slow_query_log = 1");
            work(explaining, pile, log, () -> isIdle(database), (what, plans) -> {
                assertThat(plans).as("plans of " + what).contains("# explain: ");
                Matcher step = MARIADB_STEP.matcher(plans);
                while (step.find()) {
                    assertThat(Double.parseDouble(step.group(1)))
                            .as("rows read by a step of " + what + ": " + step.group() + " in " + plans)
                            .isLessThan(MOST_ROWS);
                }
            });
        } finally {
            execute(database, "SET GLOBAL slow_query_log = 0");
            database.openEmpty().close();
        }
    }

    /** A first reading of years of mail comes before the first statistics, and grows the table under statements already planned. */
    @Test
    void looksForKnownReceiptsByTheirIndexBeforeTheTableWasEverAnalysed() throws Exception {
        PooledDatabase database = RealDatabases.postgresql();
        database.openEmpty().close();
        execute(database, "ALTER TABLE pmp_receipt SET (autovacuum_enabled = off)");
        Path log = directory(database, "SHOW data_directory").resolveSibling("log");
        AccountKey account = new AccountKey("default", "acc");
        try (HikariDataSource explaining = another(database)) {
            explaining.setConnectionInitSql("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0");
            try (JdbcEventStore store =
                    JdbcEventStore.builder().dataSource(explaining).build()) {
                for (int unit = 0; unit < 8; unit++) {
                    List<NewReceipt> receipts = IntStream.range(unit * 100, unit * 100 + 100)
                            .mapToObj(number -> receipt("r" + number)
                                    .account(account)
                                    .eventKey("key " + number)
                                    .withoutContent()
                                    .build())
                            .toList();
                    Set<String> fingerprints = receipts.stream()
                            .map(receipt -> receipt.record().fingerprint())
                            .collect(Collectors.toSet());
                    Set<String> keys = receipts.stream()
                            .map(receipt -> receipt.record().eventKey())
                            .collect(Collectors.toSet());
                    long before = Files.size(log);

                    assertThat(store.knownReceipts(account, fingerprints, keys)).isEmpty();

                    String plans = Files.readString(log).substring((int) before);
                    assertThat(plans).contains("pmp_receipt_fingerprint", "pmp_receipt_event_key");
                    assertThat(plans)
                            .as("plans with " + unit * 100 + " receipts")
                            .doesNotContain("Seq Scan", "Sort", "pmp_receipt_by_account");
                    assertThat(store.record(
                                    new ReceiptUnit(null, receipts, List.of(), List.of(), List.of()), Instant.EPOCH))
                            .isTrue();
                    assertThat(store.knownReceipts(account, fingerprints, keys))
                            .hasSize(200)
                            .containsAll(fingerprints)
                            .containsAll(keys);
                }
            }
        } finally {
            database.openEmpty().close();
        }
    }

    /** Judges the plans by which an operation was done. */
    private interface Judge {
        void judge(String what, String plans);
    }

    private static GrownTables.Pile grown(PooledDatabase database) throws SQLException {
        try (JdbcEventStore plain = database.openEmpty()) {
            plain.registerSink("sink");
            plain.enqueue(List.of(message("first").build()));
        }
        try (Connection connection = database.pool().getConnection()) {
            GrownTables tables = new GrownTables(connection);
            GrownTables.Pile pile = tables.add(PILE);
            tables.addBacklog(pile, "sink");
            assertThat(tables.count("event")).isGreaterThan(4 * PILE);
            assertThat(tables.count("report")).isGreaterThan(PILE / 3);
            return pile;
        }
    }

    private static void work(
            HikariDataSource pool, GrownTables.Pile pile, Path log, Callable<Boolean> isLogged, Judge judge) {
        try (JdbcEventStore store = JdbcEventStore.builder().dataSource(pool).build()) {
            HotOperations operations = new HotOperations(store, new HotOperations.Watcher() {
                @Override
                public <T> T watch(String what, Supplier<T> operation) {
                    long before = log.toFile().length();
                    T result = operation.get();
                    await().atMost(Duration.ofSeconds(60)).until(isLogged);
                    judge.judge(what, from(log, before));
                    return result;
                }
            });
            operations.passOn("wave");
            operations.ask(pile.key(PILE / 2));
            operations.page();
            operations.purge();
        }
    }

    /** Tells whether nobody is at work: MariaDB writes its log after it has answered, and before it waits for the next statement. */
    private static boolean isIdle(PooledDatabase database) throws SQLException {
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT count(*) FROM information_schema.processlist
                        WHERE user = 'test' AND command <> 'Sleep' AND id <> connection_id()""")) {
            rows.next();
            return rows.getInt(1) == 0;
        }
    }

    private static String from(Path log, long offset) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] rest = new byte[(int) (file.length() - offset)];
            file.seek(offset);
            file.readFully(rest);
            return new String(rest, StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static HikariDataSource another(PooledDatabase database) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(database.pool().getJdbcUrl());
        pool.setUsername(database.pool().getUsername());
        pool.setPassword(database.pool().getPassword());
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

    private static Path directory(PooledDatabase database, String question) throws SQLException {
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet directory = statement.executeQuery(question)) {
            directory.next();
            return Path.of(directory.getString(1));
        }
    }
}
