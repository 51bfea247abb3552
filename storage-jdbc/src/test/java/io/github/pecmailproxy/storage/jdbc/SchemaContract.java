package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.StoreException;
import java.io.IOException;
import java.io.StringWriter;
import java.sql.Connection;
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
    private static int prefixes;

    private final String prefix = "t" + ++prefixes + "_";

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

    @Test
    void goesOnWhereACreationWasBrokenOff() throws SQLException {
        Tables tables = new Tables(null, prefix);
        List<String> statements = new SchemaScript(database(), 1).statements(tables);
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
