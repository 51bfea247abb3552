package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.UncertainCommitException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs pieces of work in transactions of their own: commits, puts on the disk, begins again after a deadlock, and says in the store's
 * exceptions what went wrong. Every connection goes back as it came. Thread-safe.
 */
final class Transactions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    /** How often a transaction is begun again that the database gave up for the sake of another. */
    private static final int MOST_ATTEMPTS = 8;

    /** For how long a transaction may do nothing before the database, where it can, gives its locks to others: 10 seconds. */
    static final Duration LONGEST_IDLE = Duration.ofSeconds(10);

    private final ConnectionSource connections;
    private final Dialect dialect;
    private final Tables tables;
    private final Durability durability;
    private final boolean readCommittedByDefault;
    private final Duration longestIdle;
    private final AtomicBoolean closed = new AtomicBoolean();

    Transactions(
            ConnectionSource connections,
            Dialect dialect,
            Tables tables,
            Durability durability,
            boolean readCommittedByDefault,
            Duration longestIdle) {
        this.connections = connections;
        this.dialect = dialect;
        this.tables = tables;
        this.durability = durability;
        this.readCommittedByDefault = readCommittedByDefault;
        this.longestIdle = longestIdle;
    }

    Dialect dialect() {
        return dialect;
    }

    Session session(Connection connection) {
        return new Session(connection, dialect, tables);
    }

    /** Runs work that only reads. */
    <T> T read(String what, Work<T> work) {
        return run(what, work, false);
    }

    /** Runs work in a transaction that is durable when this returns. It may run several times, each from the beginning. */
    <T> T write(String what, Work<T> work) {
        return run(what, work, true);
    }

    /** Says in the store's exceptions what an error means. */
    StoreException failure(String what, SQLException failure) {
        return switch (dialect.fault(failure)) {
            case CONTENDED, DISCONNECTED, UNAVAILABLE -> new RetryableStoreException(text(what, failure), failure);
            case DUPLICATE, PERMANENT -> new StoreException(text(what, failure), failure);
        };
    }

    /** Fails when the store is closed. */
    void ensureOpen() {
        if (closed.get()) {
            throw new StoreException("the store is closed", null);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            connections.close();
        }
    }

    private <T> T run(String what, Work<T> work, boolean writing) {
        for (int attempt = 1; ; attempt++) {
            ensureOpen();
            try {
                return writing ? writeOnce(what, work) : readOnce(work);
            } catch (SQLException failure) {
                Fault fault = dialect.fault(failure);
                boolean again = switch (fault) {
                    case CONTENDED -> attempt < MOST_ATTEMPTS;
                    // One that was idle in the pool may have been broken long ago; nothing was committed on it.
                    case DISCONNECTED -> attempt == 1;
                    case UNAVAILABLE, DUPLICATE, PERMANENT -> false;
                };
                if (!again) {
                    throw failure(what, failure);
                }
                LOG.debug("Trying again to {} after {}", what, fault, failure);
            }
        }
    }

    private <T> T readOnce(Work<T> work) throws SQLException {
        Connection connection = connections.take();
        boolean healthy = false;
        try {
            T result = work.run(session(connection));
            // A pool may lend connections without autocommit: the query has then begun a transaction.
            healthy = rolledBack(connection);
            return result;
        } catch (SQLException failure) {
            healthy = rolledBack(connection) && dialect.fault(failure) != Fault.DISCONNECTED;
            throw failure;
        } finally {
            connections.giveBack(connection, !healthy);
        }
    }

    private <T> T writeOnce(String what, Work<T> work) throws SQLException {
        Connection connection = connections.take();
        boolean healthy = false;
        T result;
        try {
            Mode mode = begin(connection);
            boolean committing = false;
            try {
                dialect.limitIdleTransaction(connection, longestIdle);
                Session session = session(connection);
                result = work.run(session);
                if (session.isRefused()) {
                    healthy = rolledBack(connection) && restored(connection, mode);
                    return result;
                }
                committing = true;
                connection.commit();
                healthy = restored(connection, mode);
            } catch (SQLException failure) {
                Fault fault = dialect.fault(failure);
                // Tried on a broken connection as well: should it live after all, it must not go back with a
                // transaction.
                healthy = rolledBack(connection) && restored(connection, mode) && fault != Fault.DISCONNECTED;
                if (committing && fault != Fault.CONTENDED) {
                    throw new UncertainCommitException(text(what, failure), failure);
                }
                throw failure;
            } catch (RuntimeException | Error failure) {
                healthy = rolledBack(connection) && restored(connection, mode);
                throw failure;
            }
        } finally {
            connections.giveBack(connection, !healthy);
        }
        try {
            durability.sync();
        } catch (SQLException failure) {
            throw new UncertainCommitException(text(what, failure), failure);
        }
        return result;
    }

    private Mode begin(Connection connection) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        int isolation = Mode.UNCHANGED;
        if (!readCommittedByDefault && !dialect.beginReadCommitted(connection)) {
            isolation = connection.getTransactionIsolation();
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        }
        if (autoCommit) {
            connection.setAutoCommit(false);
        }
        return new Mode(autoCommit, isolation);
    }

    private boolean restored(Connection connection, Mode mode) {
        try {
            dialect.unlimitIdleTransaction(connection);
            if (mode.autoCommit()) {
                connection.setAutoCommit(true);
            }
            if (mode.isolation() != Mode.UNCHANGED) {
                connection.setTransactionIsolation(mode.isolation());
            }
            return true;
        } catch (SQLException failure) {
            LOG.debug("A connection could not be restored", failure);
            return false;
        }
    }

    private static boolean rolledBack(Connection connection) {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return true;
        } catch (SQLException failure) {
            LOG.debug("A transaction could not be rolled back", failure);
            return false;
        }
    }

    /** Drivers quote values in some messages: only the codes go into the text, the rest is in the cause. */
    private static String text(String what, SQLException failure) {
        return String.format(
                Locale.ROOT,
                "could not %s: SQLSTATE %s, error %d",
                what,
                failure.getSQLState(),
                failure.getErrorCode());
    }

    /** Work to be done on a connection. */
    @FunctionalInterface
    interface Work<T> {
        T run(Session session) throws SQLException;
    }

    private record Mode(boolean autoCommit, int isolation) {
        static final int UNCHANGED = -1;
    }
}
