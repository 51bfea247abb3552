package io.github.pecmailproxy.storage.jdbc;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Microsoft SQL Server 2019 or later. Never ran against a server. */
final class SqlServerDialect extends Dialect {
    /** As many rows as the table of numbers has. */
    private static final int MOST_NUMBERS = 1_000;

    private static final int DEADLOCK = 1205;
    private static final int LOCK_TIMEOUT = 1222;
    private static final int DUPLICATE_KEY_IN_INDEX = 2601;
    private static final int DUPLICATE_KEY_IN_CONSTRAINT = 2627;
    private static final int UPDATE_CONFLICT = 3960;
    private static final int LOG_FULL = 9002;
    private static final int FILE_GROUP_FULL = 1105;

    SqlServerDialect() {
        super(Database.SQL_SERVER);
    }

    @Override
    List<Long> numbers(Session session, int count) throws SQLException {
        List<Long> numbers = new ArrayList<>(count);
        while (numbers.size() < count) {
            int wanted = Math.min(MOST_NUMBERS, count - numbers.size());
            numbers.addAll(session.list(
                    "SELECT NEXT VALUE FOR {sequence} FROM {number} WHERE n <= ?",
                    parameters -> parameters.small(wanted),
                    Row::number));
        }
        return numbers;
    }

    @Override
    String timeQuery() {
        return "SELECT DATEDIFF_BIG(MILLISECOND, '1970-01-01', SYSUTCDATETIME())";
    }

    @Override
    boolean countsInserts() {
        return true;
    }

    @Override
    boolean batchEndsAtDuplicate() {
        return true;
    }

    @Override
    String limited(String select) {
        return select + " OFFSET 0 ROWS FETCH NEXT ? ROWS ONLY";
    }

    @Override
    String locking(String select) {
        return select.replace(HINT, "WITH (UPDLOCK, ROWLOCK)");
    }

    @Override
    String lockingFree(String select) {
        return select.replace(HINT, "WITH (UPDLOCK, ROWLOCK, READPAST)");
    }

    /** It may sort, and has then locked what it sorted. */
    @Override
    boolean locksOnlyWhatItReturns() {
        return false;
    }

    @Override
    void lockSchema(Session session) throws SQLException {
        session.update(
                "EXEC sp_getapplock @Resource = ?, @LockMode = 'Exclusive', @LockTimeout = 60000",
                parameters -> parameters.text(session.tables().name("schema_version")));
    }

    @Override
    boolean changesSchemaInTransactions() {
        return true;
    }

    @Override
    Fault fault(String state, int code) {
        return switch (code) {
            case DUPLICATE_KEY_IN_INDEX, DUPLICATE_KEY_IN_CONSTRAINT -> Fault.DUPLICATE;
            case DEADLOCK, UPDATE_CONFLICT -> Fault.CONTENDED;
            case LOCK_TIMEOUT, LOG_FULL, FILE_GROUP_FULL -> Fault.UNAVAILABLE;
            default -> Fault.PERMANENT;
        };
    }
}
