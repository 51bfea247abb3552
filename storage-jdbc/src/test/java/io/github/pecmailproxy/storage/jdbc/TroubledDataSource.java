package io.github.pecmailproxy.storage.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Lends the connections of another data source in a mode of its own, fails where it is told, and notes how they come back. */
final class TroubledDataSource implements DataSource {
    private final DataSource source;
    private final boolean autoCommit;
    private final int isolation;
    private final Deque<Trouble> troubles = new ArrayDeque<>();
    private final List<String> comeBackChanged = new ArrayList<>();
    private int lent;

    private record Trouble(String method, String state, boolean afterwards) {}

    TroubledDataSource(DataSource source, boolean autoCommit, int isolation) {
        this.source = source;
        this.autoCommit = autoCommit;
        this.isolation = isolation;
    }

    /** Has the next call of a method of a connection fail. */
    void fail(String method, String state) {
        troubles.add(new Trouble(method, state, false));
    }

    /** Has the next call of a method of a connection do its work and fail all the same. */
    void failAfterwards(String method, String state) {
        troubles.add(new Trouble(method, state, true));
    }

    /** Returns what connections were given back in another mode than they were lent. */
    List<String> comeBackChanged() {
        return comeBackChanged;
    }

    int lent() {
        return lent;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = source.getConnection();
        connection.setTransactionIsolation(isolation);
        connection.setAutoCommit(autoCommit);
        lent++;
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.getName().equals("close")) {
                note(connection);
            }
            Trouble trouble = troubles.peek();
            boolean meant = trouble != null && trouble.method().equals(method.getName());
            if (meant) {
                troubles.remove();
                if (!trouble.afterwards()) {
                    throw new SQLException("made up", trouble.state());
                }
            }
            Object result;
            try {
                result = method.invoke(connection, arguments);
            } catch (InvocationTargetException failure) {
                throw failure.getCause();
            }
            if (meant) {
                throw new SQLException("made up", trouble.state());
            }
            return result;
        };
        return (Connection)
                Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Connection.class}, handler);
    }

    private void note(Connection connection) throws SQLException {
        if (connection.getAutoCommit() != autoCommit) {
            comeBackChanged.add("autocommit " + connection.getAutoCommit());
        }
        if (connection.getTransactionIsolation() != isolation) {
            comeBackChanged.add("isolation " + connection.getTransactionIsolation());
        }
        // A pool lends the connection again as it lent it first.
        if (!connection.getAutoCommit()) {
            connection.rollback();
        }
        connection.setAutoCommit(true);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter writer) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return source.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return source.isWrapperFor(type);
    }
}
