package io.github.pecmailproxy.storage.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Locale;

/**
 * The databases that a {@link JdbcEventStore} speaks with. Immutable.
 *
 * @since 0.1.0
 */
public enum Database {
    /** H2 2.2 or later, embedded or as a server. */
    H2("h2", true),
    /** PostgreSQL 13 or later. */
    POSTGRESQL("postgresql", true),
    /** MariaDB 10.6 or later. */
    MARIADB("mariadb", true),
    /** MySQL 8.0.19 or later. Prepared: its SQL is written, and never ran against a server. */
    MYSQL("mysql", false),
    /** Oracle Database 19c or later. Prepared: its SQL is written, and never ran against a server. */
    ORACLE("oracle", false),
    /** Microsoft SQL Server 2019 or later. Prepared: its SQL is written, and never ran against a server. */
    SQL_SERVER("sqlserver", false);

    private final String scriptName;
    private final boolean tested;

    Database(String scriptName, boolean tested) {
        this.scriptName = scriptName;
        this.tested = tested;
    }

    /**
     * Tells whether every operation is tested against a real server of this kind.
     *
     * @return false for those that are prepared only
     */
    public boolean isTested() {
        return tested;
    }

    String scriptName() {
        return scriptName;
    }

    /**
     * Recognises the database behind a connection.
     *
     * @param metaData the connection's metadata
     * @return the database, never null
     * @throws SQLException if the metadata cannot be read
     * @throws IllegalArgumentException if it is none of these
     */
    static Database of(DatabaseMetaData metaData) throws SQLException {
        String product = metaData.getDatabaseProductName();
        String name = product.toLowerCase(Locale.ROOT);
        if (name.equals("h2")) {
            return H2;
        }
        if (name.equals("postgresql")) {
            return POSTGRESQL;
        }
        // MySQL's driver calls MariaDB "MySQL"; only the version tells them apart.
        if (name.contains("mariadb")
                || (name.equals("mysql")
                        && metaData.getDatabaseProductVersion()
                                .toLowerCase(Locale.ROOT)
                                .contains("mariadb"))) {
            return MARIADB;
        }
        if (name.equals("mysql")) {
            return MYSQL;
        }
        if (name.startsWith("oracle")) {
            return ORACLE;
        }
        if (name.startsWith("microsoft sql server")) {
            return SQL_SERVER;
        }
        throw new IllegalArgumentException("not a database that is supported: " + product);
    }
}
