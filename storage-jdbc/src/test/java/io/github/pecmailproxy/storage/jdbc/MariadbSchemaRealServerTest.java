package io.github.pecmailproxy.storage.jdbc;

import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;

/** Creates tables on a real MariaDB. */
@Tag("real-servers")
class MariadbSchemaRealServerTest extends SchemaContract {
    @Override
    DataSource dataSource() {
        return RealDatabases.mariadb().pool();
    }

    @Override
    Database database() {
        return Database.MARIADB;
    }
}
