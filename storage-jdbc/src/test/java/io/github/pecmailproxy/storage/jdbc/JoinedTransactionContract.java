package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.contract.BrokenContent;
import io.github.pecmailproxy.store.contract.MessageFixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Shows what it means to enqueue in the caller's own transaction, beside a row of the caller's. */
abstract class JoinedTransactionContract {
    private JdbcEventStore store;
    private DataSource dataSource;

    /** Opens an empty store. */
    abstract JdbcEventStore openEmpty() throws SQLException;

    /** Returns the data source of the store. */
    abstract DataSource dataSource();

    @BeforeEach
    final void prepare() throws SQLException {
        store = openEmpty();
        dataSource = dataSource();
        try (Connection connection = dataSource.getConnection()) {
            execute(connection, "DROP TABLE IF EXISTS invoice");
            execute(connection, "CREATE TABLE invoice (id VARCHAR(64) NOT NULL PRIMARY KEY)");
        }
    }

    @AfterEach
    final void close() {
        store.close();
    }

    @Test
    void commitsTheMessageWithTheCallersRow() throws SQLException {
        try (Connection connection = begin()) {
            insertInvoice(connection, "1");
            EnqueueOutcome outcome = enqueue(connection, message("1"));
            assertThat(outcome).isInstanceOf(EnqueueOutcome.Stored.class);
            assertThat(store.message(MessageKey.of("1")))
                    .as("seen by others before the commit")
                    .isEmpty();
            connection.commit();
        }

        assertThat(store.message(MessageKey.of("1"))).isPresent();
        assertThat(store.events(MessageKey.of("1"))).hasSize(1);
        assertThat(leased()).isEqualTo(1);
        assertThat(invoices()).isEqualTo(1);
    }

    @Test
    void leavesNothingOfAMessageWhoseTransactionWasRolledBack() throws SQLException {
        try (Connection connection = begin()) {
            insertInvoice(connection, "1");
            enqueue(connection, message("1"));
            connection.rollback();
        }

        assertThat(store.messages(MessageFilter.ALL)).isEmpty();
        assertThat(store.events(MessageKey.of("1"))).isEmpty();
        assertThat(store.content(MessageKey.of("1"))).isEmpty();
        assertThat(leased()).isZero();
        assertThat(invoices()).isZero();
    }

    @Test
    void leavesTheConnectionAsItWas() throws SQLException {
        try (Connection connection = begin()) {
            int isolation = connection.getTransactionIsolation();
            enqueue(connection, message("1"));

            assertThat(connection.isClosed()).isFalse();
            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(connection.getTransactionIsolation()).isEqualTo(isolation);
            connection.rollback();
        }
    }

    @Test
    void goesOnAfterARepetitionAndAfterATakenKey() throws SQLException {
        store.enqueue(List.of(message("1").build()));
        try (Connection connection = begin()) {
            insertInvoice(connection, "1");
            assertThat(enqueue(connection, message("1"))).isInstanceOf(EnqueueOutcome.AlreadyStored.class);
            assertThat(enqueue(connection, message("1").fingerprint("f".repeat(64))))
                    .isInstanceOf(EnqueueOutcome.KeyTaken.class);
            assertThat(enqueue(connection, message("2"))).isInstanceOf(EnqueueOutcome.Stored.class);
            connection.commit();
        }

        assertThat(store.messages(MessageFilter.ALL)).hasSize(2);
        assertThat(invoices()).isEqualTo(1);
    }

    @Test
    void seesARepetitionThatWasCommittedAfterTheTransactionBegan() throws SQLException {
        try (Connection connection = begin()) {
            // The first query is what fixes the view of a REPEATABLE READ transaction.
            assertThat(countInvoices(connection)).isZero();
            store.enqueue(List.of(message("1").build()));

            assertThat(enqueue(connection, message("1"))).isInstanceOf(EnqueueOutcome.AlreadyStored.class);
            connection.commit();
        }
    }

    @Test
    void undoesAFailedEnqueueAndNothingElse() throws SQLException {
        try (Connection connection = begin()) {
            insertInvoice(connection, "1");
            enqueue(connection, message("1"));
            List<NewMessage> broken = List.of(
                    message("2").build(),
                    message("3").content(new BrokenContent(2_000_000)).build());
            assertThatThrownBy(() -> store.enqueue(broken, JdbcTransaction.of(connection)))
                    .isInstanceOf(StoreException.class);
            insertInvoice(connection, "2");
            connection.commit();
        }

        assertThat(store.messages(MessageFilter.ALL)).hasSize(1);
        assertThat(invoices()).isEqualTo(2);
    }

    @Test
    void followsTheCallersSavepoints() throws SQLException {
        try (Connection connection = begin()) {
            enqueue(connection, message("1"));
            Savepoint savepoint = connection.setSavepoint();
            enqueue(connection, message("2"));
            connection.rollback(savepoint);
            enqueue(connection, message("3"));
            connection.commit();
        }

        assertThat(store.messages(MessageFilter.ALL))
                .extracting(each -> each.key().id())
                .containsExactly("1", "3");
    }

    @Test
    void refusesAConnectionWithoutTransaction() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            assertThatThrownBy(() -> enqueue(connection, message("1")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("autocommit");
        }
        assertThat(store.messages(MessageFilter.ALL)).isEmpty();
    }

    @Test
    void waitsForTheOtherNodeWithTheSameKeyAndFindsItsMessageOnceItCommitted() throws Exception {
        assertThat(raceWithAnotherNode(true)).isInstanceOf(EnqueueOutcome.AlreadyStored.class);
        assertThat(store.messages(MessageFilter.ALL)).hasSize(1);
    }

    @Test
    void waitsForTheOtherNodeWithTheSameKeyAndStoresItsOwnOnceThatRolledBack() throws Exception {
        assertThat(raceWithAnotherNode(false)).isInstanceOf(EnqueueOutcome.Stored.class);
        assertThat(store.messages(MessageFilter.ALL)).hasSize(1);
    }

    private EnqueueOutcome raceWithAnotherNode(boolean commits) throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection first = begin()) {
            enqueue(first, message("1"));
            CompletableFuture<EnqueueOutcome> second = CompletableFuture.supplyAsync(
                    () -> {
                        try (Connection connection = begin()) {
                            EnqueueOutcome outcome = enqueue(connection, message("1"));
                            connection.commit();
                            return outcome;
                        } catch (SQLException failure) {
                            throw new AssertionError(failure);
                        }
                    },
                    other);
            assertThatThrownBy(() -> second.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            if (commits) {
                first.commit();
            } else {
                first.rollback();
            }
            return second.get(30, TimeUnit.SECONDS);
        } finally {
            other.shutdown();
        }
    }

    // -------------------------------------------------------------------------------------------------------- Spring

    @Test
    void joinsTheTransactionOfSpringsTransactionAwareDataSource() throws SQLException {
        TransactionAwareDataSourceProxy proxy = new TransactionAwareDataSourceProxy(dataSource);
        TransactionTemplate spring = new TransactionTemplate(new DataSourceTransactionManager(dataSource));

        spring.executeWithoutResult(status -> invoiceWithMessage(proxy, "1"));
        assertThatThrownBy(() -> spring.executeWithoutResult(status -> {
                    invoiceWithMessage(proxy, "2");
                    throw new IllegalStateException("the business failed");
                }))
                .isInstanceOf(IllegalStateException.class);
        spring.executeWithoutResult(status -> {
            invoiceWithMessage(proxy, "3");
            status.setRollbackOnly();
        });

        assertThat(store.messages(MessageFilter.ALL))
                .extracting(each -> each.key().id())
                .containsExactly("1");
        assertThat(invoices()).isEqualTo(1);
    }

    @Test
    void joinsTheTransactionOfATransactionalMethod() throws SQLException {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.registerBean(JdbcEventStore.class, () -> store, definition -> definition.setDestroyMethodName(""));
            context.registerBean(DataSource.class, () -> dataSource, definition -> definition.setDestroyMethodName(""));
            context.registerBean(PlatformTransactionManager.class, () -> new DataSourceTransactionManager(dataSource));
            context.registerBean(InvoiceService.class, () -> new Invoices(store, dataSource));
            context.register(TransactionsByAnnotation.class);
            context.refresh();
            InvoiceService invoices = context.getBean(InvoiceService.class);

            invoices.issue("1");
            assertThatThrownBy(() -> invoices.issueAndFail("2")).isInstanceOf(IllegalStateException.class);
        }

        assertThat(store.messages(MessageFilter.ALL))
                .extracting(each -> each.key().id())
                .containsExactly("1");
        assertThat(invoices()).isEqualTo(1);
    }

    @Test
    void refusesTheTransactionAwareDataSourceForTheStoreItself() {
        TransactionAwareDataSourceProxy proxy = new TransactionAwareDataSourceProxy(dataSource);

        assertThatThrownBy(() -> JdbcEventStore.builder().dataSource(proxy))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JdbcTransaction");
    }

    private void invoiceWithMessage(DataSource proxy, String id) {
        try (Connection connection = proxy.getConnection()) {
            insertInvoice(connection, id);
            enqueue(connection, message(id));
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    @EnableTransactionManagement
    static class TransactionsByAnnotation {}

    /** A service of the host's. */
    interface InvoiceService {
        void issue(String id);

        void issueAndFail(String id);
    }

    static class Invoices implements InvoiceService {
        private final JdbcEventStore store;
        private final DataSource dataSource;

        Invoices(JdbcEventStore store, DataSource dataSource) {
            this.store = store;
            this.dataSource = dataSource;
        }

        @Override
        @Transactional
        public void issue(String id) {
            Connection connection = DataSourceUtils.getConnection(dataSource);
            try {
                insertInvoice(connection, id);
                store.enqueue(List.of(message(id).build()), JdbcTransaction.of(connection));
            } catch (SQLException failure) {
                throw new AssertionError(failure);
            } finally {
                DataSourceUtils.releaseConnection(connection, dataSource);
            }
        }

        @Override
        @Transactional
        public void issueAndFail(String id) {
            issue(id);
            throw new IllegalStateException("the business failed");
        }
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    private Connection begin() throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private EnqueueOutcome enqueue(Connection connection, MessageFixture fixture) {
        return store.enqueue(List.of(fixture.build()), JdbcTransaction.of(connection))
                .get(0);
    }

    private int leased() {
        Instant now = MessageFixture.ENQUEUED_AT.plusSeconds(60);
        return store.lease(
                        List.of(new LeaseRequest(new AccountKey("default", "acc"), 10, List.of())),
                        now,
                        now.plusSeconds(60))
                .get(0)
                .messages()
                .size();
    }

    private static void insertInvoice(Connection connection, String id) throws SQLException {
        execute(connection, "INSERT INTO invoice (id) VALUES ('" + id + "')");
    }

    private int invoices() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return countInvoices(connection);
        }
    }

    private static int countInvoices(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM invoice")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
