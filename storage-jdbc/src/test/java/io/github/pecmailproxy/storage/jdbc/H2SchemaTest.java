package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Creates tables on H2. */
class H2SchemaTest extends SchemaContract {
    private final JdbcConnectionPool pool = JdbcConnectionPool.create(
            "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=30000", "sa", "");

    @Override
    DataSource dataSource() {
        return pool;
    }

    @Override
    Database database() {
        return Database.H2;
    }

    @AfterEach
    void close() {
        pool.dispose();
    }

    @Test
    void createsTheSchemaWhenItIsMissing() {
        try (JdbcEventStore store =
                JdbcEventStore.builder().dataSource(pool).schema("mail").build()) {
            assertThat(JdbcEventStore.builder()
                            .dataSource(pool)
                            .schema("mail")
                            .createSchema(false)
                            .build()
                            .id())
                    .isEqualTo(store.id());
        }
    }
}
