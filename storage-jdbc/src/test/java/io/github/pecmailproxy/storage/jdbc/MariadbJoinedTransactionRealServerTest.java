package io.github.pecmailproxy.storage.jdbc;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;

/** Joins the caller's transaction on a real MariaDB. */
@Tag("real-servers")
class MariadbJoinedTransactionRealServerTest extends JoinedTransactionContract {
    @Override
    JdbcEventStore openEmpty() throws SQLException {
        return RealDatabases.mariadb().openEmpty();
    }

    @Override
    DataSource dataSource() {
        return RealDatabases.mariadb().pool();
    }
}
