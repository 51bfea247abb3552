package io.github.pecmailproxy.storage.jdbc;

import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;

/** Creates tables on a real PostgreSQL. */
@Tag("real-servers")
class PostgresqlSchemaRealServerTest extends SchemaContract {
    @Override
    DataSource dataSource() {
        return RealDatabases.postgresql().pool();
    }

    @Override
    Database database() {
        return Database.POSTGRESQL;
    }
}
