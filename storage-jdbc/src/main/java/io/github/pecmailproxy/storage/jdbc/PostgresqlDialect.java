package io.github.pecmailproxy.storage.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** PostgreSQL 13 or later. */
final class PostgresqlDialect extends Dialect {
    PostgresqlDialect() {
        super(Database.POSTGRESQL);
    }

    @Override
    List<Long> numbers(Session session, int count) throws SQLException {
        return session.list(
                "SELECT nextval('{sequence}') FROM generate_series(1, CAST(? AS bigint))",
                parameters -> parameters.number(count),
                Row::number);
    }

    @Override
    String timeQuery() {
        return "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)";
    }

    /** An error would abort the whole transaction; this is none. */
    @Override
    String whenThere(String unchanged) {
        return " ON CONFLICT DO NOTHING";
    }

    @Override
    boolean countsInserts() {
        return true;
    }

    /**
     * Until a table is analysed, a value seems no more selective than the columns before it: another index with the same beginning
     * costs the same, is taken, and every lookup reads all there is of the account. Only the right index has the whole order.
     */
    @Override
    boolean seeksByOrder() {
        return true;
    }

    @Override
    boolean insertsManyRowsAtOnce() {
        return true;
    }

    @Override
    boolean locksOnlyWhatItReturns() {
        return true;
    }

    /** Ends with the transaction. */
    @Override
    void limitIdleTransaction(Connection connection, Duration limit) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL idle_in_transaction_session_timeout = " + limit.toMillis());
        }
    }

    @Override
    Optional<String> weakness(Session session) throws SQLException {
        record Setting(String name, String value) {}
        return session
                .list(
                        "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')",
                        Session.Binder.NONE,
                        row -> new Setting(row.text(), row.text()))
                .stream()
                .filter(setting -> setting.value().equals("off"))
                .map(setting -> setting.name() + " is off")
                .findFirst();
    }

    @Override
    void lockSchema(Session session) throws SQLException {
        session.list(
                "SELECT pg_advisory_xact_lock(hashtext(?))",
                parameters -> parameters.text(session.tables().name("schema_version")),
                row -> true);
    }

    @Override
    boolean changesSchemaInTransactions() {
        return true;
    }

    /** By PostgreSQL's appendix A, "PostgreSQL Error Codes". */
    @Override
    Fault fault(String state, int code) {
        return switch (state) {
            case "23505" -> Fault.DUPLICATE;
            // 25P03: the transaction was idle for too long, and its connection is closed
            case "25P03", "57P01", "57P02", "57P03" -> Fault.DISCONNECTED;
            // lock_not_available, query_canceled, read_only_sql_transaction (a standby during failover)
            case "55P03", "57014", "25006" -> Fault.UNAVAILABLE;
            default ->
                // insufficient resources, system error
                state.startsWith("53") || state.startsWith("58") ? Fault.UNAVAILABLE : Fault.PERMANENT;
        };
    }
}
