package io.github.pecmailproxy.storage.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What differs between databases, in one class for each. Implementations are immutable and thread-safe.
 *
 * <p>In the SQL that goes through here, {@code /*hint*}{@code /} follows the name of a table whose rows may have to be locked.
 */
abstract class Dialect {
    static final String HINT = "/*hint*/";

    private final Database database;

    Dialect(Database database) {
        this.database = database;
    }

    static Dialect of(Database database) {
        return switch (database) {
            case H2 -> new H2Dialect();
            case POSTGRESQL -> new PostgresqlDialect();
            case MARIADB -> new MariadbDialect();
            case MYSQL -> new MysqlDialect();
            case ORACLE -> new OracleDialect();
            case SQL_SERVER -> new SqlServerDialect();
        };
    }

    final Database database() {
        return database;
    }

    /** Draws numbers from the sequence, in any order. */
    abstract List<Long> numbers(Session session, int count) throws SQLException;

    /** Returns a query for the database's time in milliseconds since the epoch. */
    abstract String timeQuery();

    /**
     * Returns the end of an insert that does nothing for a row that is there already; nothing where that row makes the statement fail,
     * and only the statement.
     *
     * @param unchanged a column that may be set to itself, for databases that have only the upsert
     */
    String whenThere(String unchanged) {
        return "";
    }

    /** Tells whether the update count of an insert with {@link #whenThere} is the number of rows inserted. */
    abstract boolean countsInserts();

    /** Whether several values are best sought one by one in the order of a unique index. */
    boolean seeksByOrder() {
        return false;
    }

    /** Tells whether one statement that inserts many rows is faster than a batch of as many statements. */
    boolean insertsManyRowsAtOnce() {
        return false;
    }

    /** Tells whether a duplicate ends a batch, so that it cannot be used. */
    boolean batchEndsAtDuplicate() {
        return false;
    }

    /** Tells whether the empty text is stored as null. */
    boolean emptyIsNull() {
        return false;
    }

    /** Bounds a query by one more parameter, the last. */
    String limited(String select) {
        return select + " LIMIT ?";
    }

    /** Makes a query lock its rows, waiting for whoever has them. */
    String locking(String select) {
        return select + " FOR UPDATE";
    }

    /** Makes a query lock its rows and leave out those that are locked. */
    String lockingFree(String select) {
        return select + " FOR UPDATE SKIP LOCKED";
    }

    /** Tells whether a limited query in index order locks the rows that it returns and no others. */
    abstract boolean locksOnlyWhatItReturns();

    /** Has the next transaction of a connection run as READ COMMITTED, without changing anything that outlasts it, if possible. */
    boolean beginReadCommitted(Connection connection) throws SQLException {
        return false;
    }

    /**
     * Has the database roll the running transaction back when it hears nothing of it for a time: a process that was stopped in the
     * middle, its machine suspended, would otherwise keep its locks, and every other node waiting for them, for as long as it sleeps.
     */
    void limitIdleTransaction(Connection connection, Duration limit) throws SQLException {}

    /** Takes {@link #limitIdleTransaction} back, after the transaction, where it outlasts that. */
    void unlimitIdleTransaction(Connection connection) throws SQLException {}

    /** Returns what puts every commit on the disk, for databases whose commit alone does not. */
    Optional<String> syncStatement() {
        return Optional.empty();
    }

    /** Makes a query see what is committed even where a transaction sees only what was there when it began. */
    String latest(String select) {
        return select;
    }

    /** Says why a commit of this connection may be lost when the machine goes down, or nothing when it may not. */
    Optional<String> weakness(Session session) throws SQLException {
        return Optional.empty();
    }

    /**
     * Takes the lock under which the schema is created or changed, waiting for it. It is held until the connection's transaction ends,
     * or {@link #unlockSchema} is called.
     */
    abstract void lockSchema(Session session) throws SQLException;

    /** Gives the lock back that {@link #lockSchema} took. */
    void unlockSchema(Session session) throws SQLException {
        session.connection().rollback();
    }

    /** Tells whether the schema is changed within the transaction that holds its lock, as a whole or not at all. */
    boolean changesSchemaInTransactions() {
        return false;
    }

    /** Tells whether a statement that changes the schema failed because it was run before. */
    boolean saysAlreadyThere(SQLException failure) {
        return false;
    }

    /** Says what an error means. */
    final Fault fault(SQLException failure) {
        for (SQLException cause = failure; cause != null; cause = cause.getNextException()) {
            Fault own = ownFault(cause);
            if (own != Fault.PERMANENT) {
                return own;
            }
        }
        Throwable cause = failure.getCause();
        return cause instanceof SQLException nested && cause != failure ? fault(nested) : Fault.PERMANENT;
    }

    private Fault ownFault(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        Fault own = fault(state, failure.getErrorCode());
        if (own != Fault.PERMANENT) {
            return own;
        }
        // ISO 9075-2 subclause 24.1: 08 connection exception, 40 transaction rollback.
        if (state.startsWith("08")
                || failure instanceof SQLNonTransientConnectionException
                || failure instanceof SQLRecoverableException) {
            return Fault.DISCONNECTED;
        }
        if (state.startsWith("40") || failure instanceof SQLTransactionRollbackException) {
            return Fault.CONTENDED;
        }
        // X/Open: HYT00 timeout expired, HYT01 connection timeout expired.
        if (state.startsWith("HYT") || failure instanceof SQLTransientException) {
            return Fault.UNAVAILABLE;
        }
        return Fault.PERMANENT;
    }

    /** Says what an error means by the database's own codes; {@link Fault#PERMANENT} to leave it to the standard's. */
    abstract Fault fault(String state, int code);
}
