package io.github.pecmailproxy.storage.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Lends connections. Implementations are thread-safe. */
interface ConnectionSource extends AutoCloseable {
    /** Lends a connection, in whatever mode the source has it. */
    Connection take() throws SQLException;

    /**
     * Takes a connection back in the mode in which it was lent.
     *
     * @param connection the connection
     * @param broken whether it should not be lent again
     */
    void giveBack(Connection connection, boolean broken);

    /** Closes what is the source's own. */
    @Override
    void close();
}
