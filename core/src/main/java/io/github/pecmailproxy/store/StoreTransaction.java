package io.github.pecmailproxy.store;

/**
 * A transaction of the caller's that a store can join. Each store has its own kind; the JDBC store's is made from a {@code
 * java.sql.Connection}. Not thread-safe.
 *
 * @since 0.1.0
 */
public interface StoreTransaction {}
