package io.github.pecmailproxy.storage.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A database that tests share, one after the other, behind a pool such as hosts use. */
final class PooledDatabase {
    private static final String PREFIX = "pmp_";

    private final HikariDataSource pool = new HikariDataSource();

    PooledDatabase(String url, String user, String password) {
        pool.setJdbcUrl(url);
        pool.setUsername(user);
        pool.setPassword(password);
        pool.setMaximumPoolSize(20);
    }

    HikariDataSource pool() {
        return pool;
    }

    /** Opens a store on what is there. */
    JdbcEventStore open() {
        return JdbcEventStore.builder().dataSource(pool).build();
    }

    /** Opens a store on what is there that goes by a clock of the test's. */
    JdbcEventStore open(InstantSource clock) {
        return JdbcEventStore.builder().dataSource(pool).clock(clock).build();
    }

    /** Opens a store after deleting whatever the last test left behind. */
    JdbcEventStore openEmpty() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet rows = connection
                    .getMetaData()
                    .getTables(connection.getCatalog(), connection.getSchema(), null, new String[] {"TABLE"})) {
                while (rows.next()) {
                    tables.add(rows.getString("TABLE_NAME").toLowerCase(Locale.ROOT));
                }
            }
            for (String table : tables) {
                if (table.startsWith(PREFIX)
                        && !table.equals(PREFIX + "schema_version")
                        && !table.equals(PREFIX + "number")
                        && !table.equals(PREFIX + "sequence")) {
                    statement.executeUpdate("DELETE FROM " + table);
                }
            }
        }
        return open();
    }
}
