package io.github.pecmailproxy.storage.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** MariaDB 10.6 or later. */
final class MariadbDialect extends Dialect {
    /** As many rows as the table of numbers has. */
    private static final int MOST_NUMBERS = 1_000;

    private static final int SCHEMA_LOCK_SECONDS = 60;

    MariadbDialect() {
        super(Database.MARIADB);
    }

    @Override
    List<Long> numbers(Session session, int count) throws SQLException {
        List<Long> numbers = new ArrayList<>(count);
        while (numbers.size() < count) {
            int wanted = Math.min(MOST_NUMBERS, count - numbers.size());
            numbers.addAll(session.list(
                    "SELECT NEXTVAL({sequence}) FROM {number} WHERE n <= ?",
                    parameters -> parameters.small(wanted),
                    Row::number));
        }
        return numbers;
    }

    @Override
    String timeQuery() {
        return "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)";
    }

    /** Not INSERT IGNORE, which would also cut what is too long and turn what is wrong into a default. */
    @Override
    String whenThere(String unchanged) {
        return " ON DUPLICATE KEY UPDATE " + unchanged + " = " + unchanged;
    }

    /** The count of a row that was there is 0 or 1, as the connection's {@code useAffectedRows} says. */
    @Override
    boolean countsInserts() {
        return false;
    }

    /** A transaction of the caller's may be REPEATABLE READ, which hides what was committed since it began; a locking read does not. */
    @Override
    String latest(String select) {
        return select + " FOR UPDATE";
    }

    @Override
    Optional<String> weakness(Session session) throws SQLException {
        return MysqlFaults.weakness(session);
    }

    @Override
    boolean insertsManyRowsAtOnce() {
        return true;
    }

    /** It locks what it walks over, and which index it walks along is its own choice. */
    @Override
    boolean locksOnlyWhatItReturns() {
        return false;
    }

    /** InnoDB's default, REPEATABLE READ, locks the gaps between rows and deadlocks. This holds for the next transaction only. */
    @Override
    boolean beginReadCommitted(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
        }
        return true;
    }

    /** There is no setting of a transaction: the session's own value is kept in the session meanwhile. */
    @Override
    void limitIdleTransaction(Connection connection, Duration limit) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET @pmp_idle_transaction_timeout = @@SESSION.idle_transaction_timeout,"
                    + " SESSION idle_transaction_timeout = " + Math.max(1, limit.toSeconds()));
        }
    }

    @Override
    void unlimitIdleTransaction(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET SESSION idle_transaction_timeout = @pmp_idle_transaction_timeout");
        }
    }

    @Override
    void lockSchema(Session session) throws SQLException {
        int taken = session.first(
                        "SELECT COALESCE(GET_LOCK(CONCAT(DATABASE(), '.', ?), ?), 0)",
                        parameters -> parameters
                                .text(session.tables().name("schema_version"))
                                .small(SCHEMA_LOCK_SECONDS),
                        Row::small)
                .orElse(0);
        if (taken != 1) {
            throw new SQLException("another node has been changing the schema for a minute", "HYT00");
        }
    }

    @Override
    void unlockSchema(Session session) throws SQLException {
        session.list(
                "SELECT RELEASE_LOCK(CONCAT(DATABASE(), '.', ?))",
                parameters -> parameters.text(session.tables().name("schema_version")),
                Row::small);
    }

    @Override
    Fault fault(String state, int code) {
        return MysqlFaults.fault(code);
    }

    /** A table (1050), a column (1060) or an index (1061) of that name. */
    @Override
    boolean saysAlreadyThere(SQLException failure) {
        return MysqlFaults.saysAlreadyThere(failure);
    }
}
