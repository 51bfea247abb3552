package io.github.pecmailproxy.storage.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** MySQL 8.0.19 or later. Never ran against a server. */
final class MysqlDialect extends Dialect {
    private static final int SCHEMA_LOCK_SECONDS = 60;

    MysqlDialect() {
        super(Database.MYSQL);
    }

    /**
     * There are no sequences. One insert of several rows gets numbers in a row, whatever the auto-increment lock mode (reference manual,
     * "AUTO_INCREMENT Handling in InnoDB": simple inserts); the step between them is a setting of the server.
     */
    @Override
    List<Long> numbers(Session session, int count) throws SQLException {
        session.update(numbersInsert(count), Session.Binder.NONE);
        List<Long> first = session.list(
                        "SELECT LAST_INSERT_ID(), @@auto_increment_increment",
                        Session.Binder.NONE,
                        row -> List.of(row.number(), row.number()))
                .get(0);
        List<Long> numbers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            numbers.add(first.get(0) + i * first.get(1));
        }
        session.updateIn("DELETE FROM {sequence} WHERE n IN (:in)", Session.Binder.NONE, numbers);
        return numbers;
    }

    static String numbersInsert(int count) {
        return "INSERT INTO {sequence} (n) VALUES " + "(NULL), ".repeat(count - 1) + "(NULL)";
    }

    @Override
    String timeQuery() {
        return "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)";
    }

    @Override
    String whenThere(String unchanged) {
        return " ON DUPLICATE KEY UPDATE " + unchanged + " = " + unchanged;
    }

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

    @Override
    boolean beginReadCommitted(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
        }
        return true;
    }

    /** The name of a lock may have 64 characters. */
    @Override
    void lockSchema(Session session) throws SQLException {
        int taken = session.first(
                        "SELECT COALESCE(GET_LOCK(SHA1(CONCAT(DATABASE(), '.', ?)), ?), 0)",
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
                "SELECT RELEASE_LOCK(SHA1(CONCAT(DATABASE(), '.', ?)))",
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
