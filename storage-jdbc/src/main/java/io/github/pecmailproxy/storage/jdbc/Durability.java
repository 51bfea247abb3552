package io.github.pecmailproxy.storage.jdbc;

import java.sql.SQLException;

/** Puts what was committed on the disk, for databases whose commit alone does not. Implementations are thread-safe. */
@FunctionalInterface
interface Durability {
    /** For databases whose commit is durable, and for those that keep nothing. */
    Durability OF_THE_COMMIT = () -> {};

    /** Returns when every commit that returned before this call is on the disk. */
    void sync() throws SQLException;
}
