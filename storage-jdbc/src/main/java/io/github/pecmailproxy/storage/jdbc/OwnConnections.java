package io.github.pecmailproxy.storage.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a few connections to one URL, for hosts that have no pool of their own. Those that are idle are lent again, the last used first;
 * one that was idle for long is tried before. Thread-safe.
 */
final class OwnConnections implements ConnectionSource {
    private static final Logger LOG = LoggerFactory.getLogger(OwnConnections.class);

    private static final String H2 = "jdbc:h2:";
    private static final String H2_MEMORY = "jdbc:h2:mem:";

    private static final int MOST_CONNECTIONS = 16;
    private static final long LONGEST_WAIT_SECONDS = 30;
    private static final long TRUSTED_IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int VALIDATION_SECONDS = 5;

    private final String url;
    private final Properties properties;
    private final Semaphore permits = new Semaphore(MOST_CONNECTIONS, true);
    private final Deque<Idle> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * Creates the pool.
     *
     * @param url the JDBC URL
     * @param user the user, null when the URL names it
     * @param password the password, null when the URL names it
     */
    OwnConnections(String url, @Nullable String user, @Nullable String password) {
        this.url = url;
        properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
    }

    /**
     * Creates the pool for a URL of a host that does not know the database: what H2 needs to be safe and is not said otherwise is added.
     */
    static OwnConnections to(String url, @Nullable String user, @Nullable String password) {
        if (!url.startsWith(H2)) {
            return new OwnConnections(url, user, password);
        }
        String upper = url.toUpperCase(Locale.ROOT);
        StringBuilder complete = new StringBuilder(url);
        if (url.equals(H2_MEMORY) || url.startsWith(H2_MEMORY + ";")) {
            // Without a name, every connection would have a database of its own.
            complete.insert(H2_MEMORY.length(), UUID.randomUUID());
        }
        // The JVM's exit must not close the database under a host that is still stopping.
        add(complete, upper, "DB_CLOSE_ON_EXIT", "FALSE");
        add(complete, upper, "LOCK_TIMEOUT", "10000");
        // As many statements as one operation runs, and more: those that fall out of the cache are parsed again.
        add(complete, upper, "QUERY_CACHE_SIZE", "64");
        boolean named = user != null || upper.contains(";USER=");
        return new OwnConnections(complete.toString(), named ? user : "sa", named ? password : "");
    }

    private static void add(StringBuilder url, String upper, String setting, String value) {
        if (!upper.contains(";" + setting + "=")) {
            url.append(';').append(setting).append('=').append(value);
        }
    }

    @Override
    public Connection take() throws SQLException {
        await();
        Connection connection = null;
        try {
            connection = idle();
            if (connection == null) {
                connection = DriverManager.getConnection(url, properties);
            }
            return connection;
        } finally {
            if (connection == null) {
                permits.release();
            }
        }
    }

    @Override
    public void giveBack(Connection connection, boolean broken) {
        boolean kept = false;
        if (!broken) {
            synchronized (idle) {
                if (!closed) {
                    idle.push(new Idle(connection, System.nanoTime()));
                    kept = true;
                }
            }
        }
        permits.release();
        if (!kept) {
            close(connection);
        }
    }

    @Override
    public void close() {
        Deque<Idle> rest;
        synchronized (idle) {
            closed = true;
            rest = new ArrayDeque<>(idle);
            idle.clear();
        }
        rest.forEach(each -> close(each.connection()));
    }

    private void await() throws SQLException {
        try {
            if (!permits.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new SQLTransientConnectionException(
                        "no connection became free within " + LONGEST_WAIT_SECONDS + " s");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("interrupted while waiting for a connection", interrupted);
        }
    }

    private @Nullable Connection idle() {
        while (true) {
            Idle next;
            synchronized (idle) {
                next = idle.poll();
            }
            if (next == null || System.nanoTime() - next.since() < TRUSTED_IDLE_NANOS || isValid(next.connection())) {
                return next == null ? null : next.connection();
            }
            close(next.connection());
        }
    }

    private static boolean isValid(Connection connection) {
        try {
            return connection.isValid(VALIDATION_SECONDS);
        } catch (SQLException failure) {
            LOG.debug("An idle connection is broken", failure);
            return false;
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException failure) {
            LOG.debug("A connection could not be closed", failure);
        }
    }

    private record Idle(Connection connection, long since) {}
}
