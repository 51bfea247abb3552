package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.io.IOException;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Shows how tables come into being and into use, each test with a prefix of its own. */
abstract class SchemaContract {
    private static final int LATER = SchemaScript.NEWEST_VERSION + 1;

    private static int prefixes;

    private String prefix = "t" + ++prefixes + "_";

    abstract DataSource dataSource();

    abstract Database database();

    private JdbcEventStoreBuilder builder() {
        return JdbcEventStore.builder().dataSource(dataSource()).tablePrefix(prefix);
    }

    @Test
    void createsTheTablesOnceWhenSeveralNodesStartTogether() throws Exception {
        int nodes = 5;
        CyclicBarrier together = new CyclicBarrier(nodes);
        ExecutorService threads = Executors.newFixedThreadPool(nodes);
        try {
            List<Future<String>> starts = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                starts.add(threads.submit(() -> {
                    together.await();
                    try (JdbcEventStore store = builder().build()) {
                        return store.id();
                    }
                }));
            }
            Set<String> ids = new HashSet<>();
            for (Future<String> start : starts) {
                ids.add(start.get());
            }
            assertThat(ids).as("one store").hasSize(1);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void usesTablesThatTheHostCreatedByTheScript() throws SQLException, IOException {
        StringWriter script = new StringWriter();
        JdbcEventStore.writeSchema(script, database(), null, prefix);
        List<String> statements = Pattern.compile(";\\s*\\R")
                .splitAsStream(script.toString().replaceAll("(?m)^\\s*--.*$", ""))
                .filter(statement -> !statement.isBlank())
                .toList();
        for (String statement : statements) {
            execute(statement.strip());
        }

        try (JdbcEventStore store = builder().createSchema(false).build()) {
            store.enqueue(List.of(message("1").build()));
            assertThat(store.message(MessageKey.of("1"))).isPresent();
        }
        try (JdbcEventStore store = builder().build()) {
            assertThat(store.message(MessageKey.of("1"))).isPresent();
        }
    }

    @Test
    void saysWhatToDoWhenTheTablesAreMissing() {
        assertThatThrownBy(() -> builder().createSchema(false).build())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(prefix)
                .hasMessageContaining("writeSchema");
    }

    @Test
    void refusesTablesOfANewerRelease() throws SQLException {
        builder().build().close();
        execute("INSERT INTO " + prefix + "schema_version (version, statements) VALUES (99, 1)");

        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("99")
                .hasMessageContaining("newer");
    }

    /** The process dies between running a statement and counting it: the statement is found done. */
    @Test
    void goesOnWhereTheProcessDiedBeforeItCountedAStatement() throws SQLException {
        List<String> statements = SchemaScript.of(database(), 1).statements(new Tables(null, prefix));
        for (int done = 0; done < statements.size(); done++) {
            prefix = "t" + ++prefixes + "_";
            List<String> own = SchemaScript.of(database(), 1).statements(new Tables(null, prefix));
            if (Dialect.of(database()).changesSchemaInTransactions()
                    || !own.get(done).startsWith("CREATE")) {
                continue;
            }
            try (Connection connection = dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE " + prefix + "schema_version (version INTEGER NOT NULL PRIMARY KEY,"
                        + " statements INTEGER NOT NULL)");
                statement.execute(
                        "INSERT INTO " + prefix + "schema_version (version, statements) VALUES (1, " + done + ")");
                for (String each : own.subList(0, done + 1)) {
                    statement.execute(each);
                }
            }

            builder().build().close();
            if (done > 4 && done < statements.size() - 3) {
                done += 8;
            }
        }
    }

    private static List<SchemaScript> withALaterVersion(Database database) {
        List<SchemaScript> scripts = new ArrayList<>(SchemaScript.all(database));
        scripts.add(new SchemaScript(LATER, """
                -- What a later release might need; nothing of it is real.
                CREATE TABLE ${schema}${prefix}later (
                    message_seq BIGINT NOT NULL PRIMARY KEY,
                    note VARCHAR(100)
                );
                ALTER TABLE ${schema}${prefix}message ADD COLUMN later_note VARCHAR(100);
                UPDATE ${schema}${prefix}message SET later_note = subject WHERE later_note IS NULL;
                CREATE INDEX ${prefix}message_by_note ON ${schema}${prefix}message (later_note);
                """));
        return scripts;
    }

    private JdbcEventStoreBuilder laterRelease() {
        return builder().schemaScripts(SchemaContract::withALaterVersion);
    }

    private void assertUpgraded() throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FROM " + prefix + "message WHERE later_note = subject")) {
            rows.next();
            assertThat(rows.getInt(1)).isEqualTo(2);
        }
        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("version " + LATER)
                .hasMessageContaining("newer");
    }

    @Test
    void bringsTablesWithDataToTheNextVersionOnceThoughSeveralNodesStartTogether() throws Exception {
        try (JdbcEventStore store = builder().build()) {
            store.enqueue(List.of(message("1").build(), message("2").build()));
        }
        int nodes = 4;
        CyclicBarrier together = new CyclicBarrier(nodes);
        ExecutorService threads = Executors.newFixedThreadPool(nodes);
        try {
            List<Future<Boolean>> starts = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                starts.add(threads.submit(() -> {
                    together.await();
                    try (JdbcEventStore store = laterRelease().build()) {
                        return store.message(MessageKey.of("2")).isPresent();
                    }
                }));
            }
            for (Future<Boolean> start : starts) {
                assertThat(start.get()).isTrue();
            }
        } finally {
            threads.shutdown();
        }
        assertUpgraded();
    }

    @Test
    void keepsWhatIsSuspendedWhenItBringsTablesOfTheFirstVersionUpToDate() throws SQLException {
        Suspension suspension = new Suspension(new SuspensionScope.Tenant("default"), "why", Instant.EPOCH);
        try (JdbcEventStore store = builder().build()) {
            store.suspend(suspension);
        }
        execute("ALTER TABLE " + prefix + "suspension DROP COLUMN refused_settings");
        execute("DELETE FROM " + prefix + "schema_version WHERE version > 1");
        assertThatThrownBy(() -> builder().createSchema(false).build()).hasMessageContaining("version 1");

        try (JdbcEventStore store = builder().build()) {
            assertThat(store.suspensions()).containsExactly(suspension);
        }
    }

    @Test
    void leavesOldTablesAloneWhereTheHostMigratesThem() {
        builder().build().close();

        assertThatThrownBy(() -> laterRelease().createSchema(false).build())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("version " + SchemaScript.NEWEST_VERSION)
                .hasMessageContaining("needed is " + LATER);
    }

    /** The connection breaks before each of the migration's statements in turn: the next start ends what was begun. */
    @Test
    void endsAMigrationThatBrokeOffAnywhere() throws SQLException {
        try (JdbcEventStore store = builder().build()) {
            store.enqueue(List.of(message("1").build(), message("2").build()));
        }
        for (int allowed = 0; allowed < 4; allowed++) {
            int most = allowed;
            assertThatThrownBy(() -> builder()
                            .schemaScripts(database -> {
                                List<SchemaScript> scripts = withALaterVersion(database);
                                String[] statements =
                                        scripts.get(LATER - 1).template().split("(?<=;\n)");
                                scripts.set(
                                        LATER - 1,
                                        new SchemaScript(
                                                LATER,
                                                String.join(
                                                                "",
                                                                List.of(statements)
                                                                        .subList(0, most))
                                                        + "DIE HERE;\n"
                                                        + String.join(
                                                                "",
                                                                List.of(statements)
                                                                        .subList(most, statements.length))));
                                return scripts;
                            })
                            .build())
                    .isInstanceOf(StoreException.class);
        }
        try (JdbcEventStore store = laterRelease().build()) {
            assertThat(store.message(MessageKey.of("1"))).isPresent();
        }
        assertUpgraded();
    }

    @Test
    void writesTheMigrationFromAVersionAlone() throws IOException {
        StringWriter nothing = new StringWriter();
        JdbcEventStore.writeMigration(nothing, database(), null, prefix, JdbcEventStore.SCHEMA_VERSION);
        assertThat(nothing.toString()).isEmpty();

        String later =
                Schema.script(withALaterVersion(database()), new Tables(null, prefix), SchemaScript.NEWEST_VERSION);
        assertThat(later).contains(prefix + "later").doesNotContain("CREATE TABLE " + prefix + "event");
        assertThat(later).contains("VALUES (" + LATER + ", 4)");
        assertThatThrownBy(() -> JdbcEventStore.writeMigration(nothing, database(), null, prefix, 99))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("99");
    }

    @Test
    void goesOnWhereACreationWasBrokenOff() throws SQLException {
        Tables tables = new Tables(null, prefix);
        List<String> statements = SchemaScript.of(database(), 1).statements(tables);
        int done = 5;
        execute("CREATE TABLE " + prefix + "schema_version (version INTEGER NOT NULL PRIMARY KEY,"
                + " statements INTEGER NOT NULL)");
        execute("INSERT INTO " + prefix + "schema_version (version, statements) VALUES (1, " + done + ")");
        for (String statement : statements.subList(0, done)) {
            execute(statement);
        }

        try (JdbcEventStore store = builder().build()) {
            store.enqueue(List.of(message("1").build()));
            assertThat(store.message(MessageKey.of("1"))).isPresent();
        }
    }

    @Test
    void keepsStoresOfDifferentPrefixesApart() {
        try (JdbcEventStore store = builder().build();
                JdbcEventStore other = JdbcEventStore.builder()
                        .dataSource(dataSource())
                        .tablePrefix(prefix + "x_")
                        .build()) {
            store.enqueue(List.of(message("1").build()));

            assertThat(other.message(MessageKey.of("1"))).isEmpty();
            assertThat(other.id()).isNotEqualTo(store.id());
        }
    }

    /** Locks nothing beyond what it claims, however long the queue: whoever else claims finds the rest free. */
    @Test
    void letsSeveralClaimFromALongQueueWithoutWaitingForEachOther() throws SQLException {
        int backlog = 3_000;
        try (JdbcEventStore store = builder().build()) {
            List<NewMessage> messages = new ArrayList<>();
            for (int i = 0; i < backlog; i++) {
                messages.add(message("m" + i).build());
            }
            store.enqueue(messages);
        }
        AccountKey account = new AccountKey("default", "acc");
        Instant now = Instant.parse("2027-01-01T00:00:00Z");
        Dialect dialect = Dialect.of(database());
        try (Connection first = begin();
                Connection second = begin();
                Connection third = begin()) {
            Tables tables = new Tables(null, prefix);
            List<Queue.Candidate> claimed =
                    new ArrayList<>(Queue.claim(new Session(first, dialect, tables), account, now, 10));
            claimed.addAll(Queue.claim(new Session(second, dialect, tables), account, now, 10));
            claimed.addAll(Queue.claim(new Session(third, dialect, tables), account, now, backlog));

            assertThat(claimed).hasSize(backlog);
            assertThat(claimed.stream().map(Queue.Candidate::sequence))
                    .doesNotHaveDuplicates()
                    .isSorted();
            first.rollback();
            second.rollback();
            third.rollback();
        }
    }

    private Connection begin() throws SQLException {
        Connection connection = dataSource().getConnection();
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        return connection;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
