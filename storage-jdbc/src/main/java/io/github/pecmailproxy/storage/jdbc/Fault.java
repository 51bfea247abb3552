package io.github.pecmailproxy.storage.jdbc;

/** What an error of the database means for whoever called. */
enum Fault {
    /** A deadlock or a serialization failure: the transaction was rolled back, and the same may work at once. */
    CONTENDED,
    /** The connection is gone. */
    DISCONNECTED,
    /** The database cannot do it just now: a timeout, a full disk, a shutdown. */
    UNAVAILABLE,
    /** A row of the same unique key is there. */
    DUPLICATE,
    /** The same would fail again. */
    PERMANENT
}
