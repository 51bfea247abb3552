package io.github.pecmailproxy.storage.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;

/** Joins the caller's transaction on H2. */
class H2JoinedTransactionTest extends JoinedTransactionContract {
    private final HikariDataSource pool = new HikariDataSource();

    @Override
    JdbcEventStore openEmpty() {
        pool.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=30000");
        return JdbcEventStore.builder().dataSource(pool).build();
    }

    @Override
    DataSource dataSource() {
        return pool;
    }

    @AfterEach
    void closePool() {
        pool.close();
    }
}
