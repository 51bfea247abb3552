package io.github.pecmailproxy.storage.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lends the connections of the host's own data source, which stays the host's. Thread-safe. */
final class HostConnections implements ConnectionSource {
    private static final Logger LOG = LoggerFactory.getLogger(HostConnections.class);

    private final DataSource dataSource;

    HostConnections(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public Connection take() throws SQLException {
        return dataSource.getConnection();
    }

    @Override
    public void giveBack(Connection connection, boolean broken) {
        try {
            connection.close();
        } catch (SQLException failure) {
            LOG.debug("A connection could not be closed", failure);
        }
    }

    @Override
    public void close() {}
}
