package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.ChangeFixture.sent;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.ReceiptFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Shows by the plans that PostgreSQL follows that no hot operation walks over what has piled up. */
@Tag("real-servers")
class GrowthRealServerTest {
    private static final long PILE = 25_000;
    private static final AccountKey ACCOUNT = new AccountKey("default", "acc");
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final Pattern WALK =
            Pattern.compile("Seq Scan on pmp_(message|progress|message_content|event|receipt)\\b");

    @Test
    void everyHotOperationGoesByItsIndexHoweverMuchHasPiledUp() throws Exception {
        PooledDatabase database = RealDatabases.postgresql();
        try (JdbcEventStore plain = database.openEmpty()) {
            plain.registerSink("sink");
            plain.enqueue(List.of(message("first").build()));
            try (Connection connection = database.pool().getConnection()) {
                long free = number(connection, "SELECT nextval('pmp_sequence')") / 10 + 1_000;
                GrownTables.fill(connection, free, PILE);
                assertThat(number(connection, "SELECT count(*) FROM pmp_event")).isGreaterThan(4 * PILE);
            }
        }
        Path log = log(database);
        try (HikariDataSource explaining = explaining(database)) {
            try (JdbcEventStore store =
                    JdbcEventStore.builder().dataSource(explaining).build()) {
                work(store, log);
            }
        } finally {
            database.openEmpty().close();
        }
    }

    /** A first reading of years of mail comes before the first statistics. */
    @Test
    void looksForKnownReceiptsByTheirIndexBeforeTheTableWasEverAnalysed() throws Exception {
        PooledDatabase database = RealDatabases.postgresql();
        database.openEmpty().close();
        Path log = log(database);
        List<String> fingerprints =
                IntStream.range(0, 200).mapToObj("%064x"::formatted).toList();
        try (HikariDataSource explaining = explaining(database);
                JdbcEventStore store =
                        JdbcEventStore.builder().dataSource(explaining).build()) {
            long before = Files.size(log);

            store.knownReceipts(ACCOUNT, fingerprints, fingerprints);

            String plans = Files.readString(log).substring((int) before);
            assertThat(plans).contains("pmp_receipt_fingerprint", "pmp_receipt_event_key");
            assertThat(plans).doesNotContain("Filter:", "Seq Scan", "pmp_receipt_by_account");
        }
    }

    private static HikariDataSource explaining(PooledDatabase database) {
        HikariDataSource explaining = new HikariDataSource();
        explaining.setJdbcUrl(database.pool().getJdbcUrl());
        explaining.setUsername(database.pool().getUsername());
        explaining.setPassword(database.pool().getPassword());
        explaining.setConnectionInitSql("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0");
        return explaining;
    }

    private static void work(JdbcEventStore store, Path log) throws IOException {
        List<NewMessage> wave = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            wave.add(message("w" + i).build());
        }
        goesByIndex(log, "enqueue", () -> store.enqueue(wave));
        List<LeaseBatch> leased = goesByIndex(
                log,
                "lease",
                () -> store.lease(List.of(new LeaseRequest(ACCOUNT, 100, List.of())), NOW, NOW.plusSeconds(60)));
        assertThat(leased.get(0).messages()).hasSize(100);
        TrackedMessage one = leased.get(0).messages().get(0).message();
        goesByIndex(log, "settle", () -> store.apply(List.of(sent(one, NOW)), NOW));
        goesByIndex(log, "overdue", () -> store.overdue(NOW.plusSeconds(600), 100));
        List<PendingReport> reports =
                goesByIndex(log, "reports", () -> store.pendingReports("sink", "default", NOW.plusSeconds(600), 100));
        assertThat(reports).isNotEmpty();
        MessageKey grown = store.messages(MessageFilter.ALL.reversed().limit(300)).stream()
                .map(TrackedMessage::key)
                .filter(key -> key.id().startsWith("g"))
                .findFirst()
                .orElseThrow();
        goesByIndex(log, "message", () -> store.message(grown));
        assertThat(goesByIndex(log, "events", () -> store.events(grown))).hasSize(4);
        goesByIndex(log, "content", () -> store.content(grown));
        goesByIndex(log, "by Message-ID", () -> store.messagesByMessageId(ACCOUNT, List.of(one.messageId())));
        assertThat(goesByIndex(log, "receipts of a message", () -> store.receipts(ReceiptFilter.ALL.ofMessage(grown))))
                .hasSize(1);
        goesByIndex(log, "known receipts", () -> store.knownReceipts(ACCOUNT, List.of("f".repeat(64)), List.of("k1")));
        goesByIndex(
                log,
                "page",
                () -> store.messages(
                        MessageFilter.ALL.ofTenant("default").ofAccount("acc").limit(100)));
        assertThat(goesByIndex(log, "purge", () -> store.purge(new PurgeRequest(NOW, NOW, 250))))
                .isEqualTo(250);
    }

    private static <T> T goesByIndex(Path log, String what, Supplier<T> operation) throws IOException {
        long before = Files.size(log);
        T result = operation.get();
        byte[] all = Files.readAllBytes(log);
        String plans =
                new String(all, (int) before, (int) (all.length - before), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(plans).as("plans of " + what).contains("Query Text");
        assertThat(plans).as("plans of " + what).doesNotContainPattern(WALK);
        return result;
    }

    private static Path log(PooledDatabase database) throws SQLException {
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet directory = statement.executeQuery("SHOW data_directory")) {
            directory.next();
            return Path.of(directory.getString(1)).resolveSibling("log");
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
