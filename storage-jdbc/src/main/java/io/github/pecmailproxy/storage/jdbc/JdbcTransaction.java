package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.StoreTransaction;
import java.sql.Connection;
import java.util.Objects;

/**
 * The caller's own transaction on a JDBC connection, for {@link JdbcEventStore#enqueue(java.util.List, StoreTransaction)}: messages
 * enqueued in it exist if and only if the caller commits. The store never commits, rolls back or closes it; an enqueue that fails is
 * undone up to a savepoint, so that the caller may go on.
 *
 * <p>With Spring, pass the connection of the transaction: {@code DataSourceUtils.getConnection(dataSource)}, or that of a {@code
 * TransactionAwareDataSourceProxy}.
 *
 * <p>What the caller commits is as durable as the caller's connection makes it; for H2 that takes {@code WRITE_DELAY=0} in the URL.
 *
 * @since 0.1.0
 */
public final class JdbcTransaction implements StoreTransaction {
    private final Connection connection;

    private JdbcTransaction(Connection connection) {
        this.connection = connection;
    }

    /**
     * Wraps a connection with a transaction.
     *
     * @param connection a connection to the store's database with autocommit off; it stays the caller's
     * @return the transaction, never null
     */
    public static JdbcTransaction of(Connection connection) {
        return new JdbcTransaction(Objects.requireNonNull(connection, "connection"));
    }

    Connection connection() {
        return connection;
    }
}
