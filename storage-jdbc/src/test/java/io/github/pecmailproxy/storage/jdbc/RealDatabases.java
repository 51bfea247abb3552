package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Optional;

/** The real servers of this JVM, each started when it is first asked for. */
final class RealDatabases {
    private RealDatabases() {}

    /** Returns PostgreSQL, or skips the test where it is not installed. */
    static PooledDatabase postgresql() {
        return orSkip(Postgresql.DATABASE, "PostgreSQL");
    }

    /** Returns MariaDB, or skips the test where it is not installed. */
    static PooledDatabase mariadb() {
        return orSkip(Mariadb.DATABASE, "MariaDB");
    }

    private static PooledDatabase orSkip(Optional<PooledDatabase> database, String name) {
        assumeThat(database).as(name + " is not installed").isPresent();
        return database.orElseThrow();
    }

    private static final class Postgresql {
        private static final Optional<PooledDatabase> DATABASE = RealServer.postgresql()
                .map(server -> new PooledDatabase(
                        "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres", "postgres", "postgres"));
    }

    private static final class Mariadb {
        private static final Optional<PooledDatabase> DATABASE = RealServer.mariadb()
                .map(server ->
                        new PooledDatabase("jdbc:mariadb://127.0.0.1:" + server.port() + "/test", "test", "test"));
    }
}
