package io.github.pecmailproxy.storage.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** H2 2.2 or later. */
final class H2Dialect extends Dialect {
    private static final int DUPLICATE_KEY = 23505;
    private static final int DEADLOCK = 40001;
    private static final int LOCK_TIMEOUT = 50200;
    private static final int OBJECT_CLOSED = 90007;
    private static final int ALREADY_OPEN = 90020;
    private static final int IO_FAILURE = 90028;
    private static final int IO_FAILURE_IN_FILE = 90031;
    private static final int CONNECTION_BROKEN = 90067;
    private static final int DATABASE_CLOSED = 90098;
    private static final int CLOSED_AT_SHUTDOWN = 90121;
    private static final int CONCURRENT_UPDATE = 90131;

    H2Dialect() {
        super(Database.H2);
    }

    @Override
    List<Long> numbers(Session session, int count) throws SQLException {
        return session.list(
                "SELECT NEXT VALUE FOR {sequence} FROM SYSTEM_RANGE(1, ?)",
                parameters -> parameters.number(count),
                Row::number);
    }

    @Override
    String timeQuery() {
        return "SELECT CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP(3)) * 1000 AS BIGINT)";
    }

    @Override
    boolean countsInserts() {
        return true;
    }

    /** H2 locks every row that matches before it applies ORDER BY and LIMIT. */
    @Override
    boolean locksOnlyWhatItReturns() {
        return false;
    }

    @Override
    Optional<String> weakness(Session session) throws SQLException {
        boolean onDisk = session.list("SELECT DATABASE_PATH() IS NOT NULL", Session.Binder.NONE, Row::flag)
                .get(0);
        return onDisk ? Optional.empty() : Optional.of("the database is in memory");
    }

    /** A commit alone reaches the disk up to half a second later, and never with a sync. */
    @Override
    Optional<String> syncStatement() {
        return Optional.of("CHECKPOINT SYNC");
    }

    @Override
    void lockSchema(Session session) throws SQLException {
        session.update(
                "CREATE TABLE IF NOT EXISTS {schema_lock} (id INTEGER NOT NULL PRIMARY KEY)", Session.Binder.NONE);
        session.insertNew("INSERT INTO {schema_lock} (id) VALUES (?)", "id", List.of(1), Parameters::small);
        session.connection().commit();
        session.list("SELECT id FROM {schema_lock} WHERE id = 1 FOR UPDATE", Session.Binder.NONE, Row::small);
    }

    @Override
    Fault fault(String state, int code) {
        return switch (code) {
            case DUPLICATE_KEY -> Fault.DUPLICATE;
            case DEADLOCK, CONCURRENT_UPDATE -> Fault.CONTENDED;
            case OBJECT_CLOSED, CONNECTION_BROKEN, DATABASE_CLOSED, CLOSED_AT_SHUTDOWN -> Fault.DISCONNECTED;
            case LOCK_TIMEOUT, ALREADY_OPEN, IO_FAILURE, IO_FAILURE_IN_FILE -> Fault.UNAVAILABLE;
            default -> Fault.PERMANENT;
        };
    }

    /** A table, a sequence, an index, a column or a constraint of that name. */
    @Override
    boolean saysAlreadyThere(SQLException failure) {
        return Set.of(42101, 90035, 42111, 42121, 90045).contains(failure.getErrorCode());
    }
}
