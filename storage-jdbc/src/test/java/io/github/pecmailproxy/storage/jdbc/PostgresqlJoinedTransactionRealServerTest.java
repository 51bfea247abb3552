package io.github.pecmailproxy.storage.jdbc;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;

/** Joins the caller's transaction on a real PostgreSQL. */
@Tag("real-servers")
class PostgresqlJoinedTransactionRealServerTest extends JoinedTransactionContract {
    @Override
    JdbcEventStore openEmpty() throws SQLException {
        return RealDatabases.postgresql().openEmpty();
    }

    @Override
    DataSource dataSource() {
        return RealDatabases.postgresql().pool();
    }
}
