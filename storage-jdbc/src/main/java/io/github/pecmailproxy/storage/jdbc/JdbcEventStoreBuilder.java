package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds a {@link JdbcEventStore} on the host's data source. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class JdbcEventStoreBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcEventStore.class);

    private static final String TRANSACTION_AWARE =
            "org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy";

    private @Nullable DataSource dataSource;
    private @Nullable String schema;
    private String tablePrefix = Tables.DEFAULT_PREFIX;
    private boolean createSchema = true;
    private @Nullable InstantSource clock;
    private Duration longestIdle = Transactions.LONGEST_IDLE;
    private Function<Database, List<SchemaScript>> schemaScripts = SchemaScript::all;

    JdbcEventStoreBuilder() {}

    /**
     * Sets where connections come from, usually the host's pool. At least two connections must be available at once. The data source stays
     * the host's and is not closed.
     *
     * @param value the data source itself, not one that hands out the connection of a running transaction; see {@link JdbcTransaction}
     * @return this
     * @throws IllegalArgumentException if it is Spring's {@code TransactionAwareDataSourceProxy}
     */
    public JdbcEventStoreBuilder dataSource(DataSource value) {
        Objects.requireNonNull(value, "dataSource");
        for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals(TRANSACTION_AWARE)) {
                // The store's commits would be the host's, and the other way round.
                throw new IllegalArgumentException("dataSource: give the store the data source behind the"
                        + " TransactionAwareDataSourceProxy, and the proxy's connection to JdbcTransaction");
            }
        }
        dataSource = value;
        return this;
    }

    /**
     * Sets the schema of the tables; the user's own if left out. H2 and PostgreSQL have it created when it is missing.
     *
     * @param value a letter and up to 62 letters, digits or underscores
     * @return this
     * @throws IllegalArgumentException if it is anything else
     */
    public JdbcEventStoreBuilder schema(String value) {
        schema = new Tables(Objects.requireNonNull(value, "schema"), tablePrefix).schema();
        return this;
    }

    /**
     * Sets what the names of the tables begin with; {@value Tables#DEFAULT_PREFIX} if left out.
     *
     * @param value a letter and up to 19 letters, digits or underscores
     * @return this
     * @throws IllegalArgumentException if it is anything else
     */
    public JdbcEventStoreBuilder tablePrefix(String value) {
        tablePrefix = new Tables(schema, Objects.requireNonNull(value, "tablePrefix")).prefix();
        return this;
    }

    /**
     * Sets whether tables are created, and brought up to date after an upgrade; true if left out. Otherwise the host runs the script of
     * {@link JdbcEventStore#writeSchema(java.io.Writer, Database)}, and the database user needs only to select, insert, update and delete.
     *
     * @param value whether to create the tables
     * @return this
     */
    public JdbcEventStoreBuilder createSchema(boolean value) {
        createSchema = value;
        return this;
    }

    /**
     * Sets the clock that {@link JdbcEventStore#clock()} returns; the database's if left out. For tests.
     *
     * @param value the clock
     * @return this
     */
    public JdbcEventStoreBuilder clock(InstantSource value) {
        clock = Objects.requireNonNull(value, "clock");
        return this;
    }

    /** Sets for how long a transaction may do nothing, so that tests need not wait. */
    JdbcEventStoreBuilder longestIdle(Duration value) {
        longestIdle = value;
        return this;
    }

    /** Sets the scripts of the schema's versions, so that tests can go beyond the newest. */
    JdbcEventStoreBuilder schemaScripts(Function<Database, List<SchemaScript>> value) {
        schemaScripts = value;
        return this;
    }

    /**
     * Connects, creates the tables if that is asked for and they are missing, and opens the store.
     *
     * @return the store, never null; it must be closed
     * @throws IllegalStateException if there is no data source
     * @throws StoreException if the database is not supported, or the tables are not there or of another version
     * @throws io.github.pecmailproxy.store.RetryableStoreException if the database cannot be reached
     */
    public JdbcEventStore build() {
        DataSource source = dataSource;
        if (source == null) {
            throw new IllegalStateException("dataSource: is missing");
        }
        return build(new HostConnections(source));
    }

    static JdbcEventStore open(String url, @Nullable String user, @Nullable String password) {
        return new JdbcEventStoreBuilder().build(OwnConnections.to(url, user, password));
    }

    private JdbcEventStore build(ConnectionSource connections) {
        boolean built = false;
        @Nullable Dialect dialect = null;
        try {
            dialect = dialect(connections);
            JdbcEventStore store = build(connections, dialect);
            built = true;
            return store;
        } catch (SQLException failure) {
            Fault fault = dialect == null ? Fault.UNAVAILABLE : dialect.fault(failure);
            throw fault == Fault.PERMANENT
                    ? new StoreException("could not open the store", failure)
                    : new io.github.pecmailproxy.store.RetryableStoreException("could not open the store", failure);
        } catch (IllegalArgumentException unsupported) {
            throw new StoreException("could not open the store: " + unsupported.getMessage(), unsupported);
        } finally {
            if (!built) {
                connections.close();
            }
        }
    }

    private JdbcEventStore build(ConnectionSource connections, Dialect dialect) throws SQLException {
        Tables tables = new Tables(schema, tablePrefix);
        if (!dialect.database().isTested()) {
            LOG.warn("The store is on {}, which is prepared and was never tested", dialect.database());
        }
        Schema creation = new Schema(connections, dialect, tables, schemaScripts.apply(dialect.database()));
        if (createSchema) {
            creation.create();
        }
        creation.check();
        boolean readCommitted = isReadCommittedByDefault(connections);
        Durability durability = durability(connections, dialect, tables);
        Transactions transactions =
                new Transactions(connections, dialect, tables, durability, readCommitted, longestIdle);
        String id = transactions.write("identify the store", Schema::storeId);
        if (clock != null) {
            return new JdbcEventStore(transactions, clock, null, id);
        }
        DatabaseClock databaseClock = transactions.read("read the database's time", DatabaseClock::start);
        return new JdbcEventStore(transactions, databaseClock, databaseClock, id);
    }

    private static Dialect dialect(ConnectionSource connections) throws SQLException {
        Connection connection = connections.take();
        boolean healthy = false;
        try {
            Dialect dialect = Dialect.of(Database.of(connection.getMetaData()));
            healthy = true;
            return dialect;
        } finally {
            connections.giveBack(connection, !healthy);
        }
    }

    private static boolean isReadCommittedByDefault(ConnectionSource connections) throws SQLException {
        Connection connection = connections.take();
        boolean healthy = false;
        try {
            boolean readCommitted = connection.getTransactionIsolation() == Connection.TRANSACTION_READ_COMMITTED;
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            healthy = true;
            return readCommitted;
        } finally {
            connections.giveBack(connection, !healthy);
        }
    }

    private static Durability durability(ConnectionSource connections, Dialect dialect, Tables tables)
            throws SQLException {
        Connection connection = connections.take();
        boolean healthy = false;
        try {
            Optional<String> weakness = dialect.weakness(new Session(connection, dialect, tables));
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            healthy = true;
            weakness.ifPresent(
                    reason -> LOG.warn("The store is not durable, and may lose what was acknowledged: {}", reason));
            Optional<String> sync = weakness.isPresent() ? Optional.empty() : dialect.syncStatement();
            return sync.isEmpty() ? Durability.OF_THE_COMMIT : durability(connections, connection, sync.get());
        } finally {
            connections.giveBack(connection, !healthy);
        }
    }

    private static Durability durability(ConnectionSource connections, Connection connection, String sync) {
        try {
            execute(connection, sync);
        } catch (SQLException failure) {
            LOG.warn(
                    "The store is not durable, and may lose what was acknowledged: its database user may not run {}",
                    sync,
                    failure);
            return Durability.OF_THE_COMMIT;
        }
        return new GroupSync(() -> {
            Connection own = connections.take();
            boolean healthy = false;
            try {
                execute(own, sync);
                healthy = true;
            } finally {
                connections.giveBack(own, !healthy);
            }
        });
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
