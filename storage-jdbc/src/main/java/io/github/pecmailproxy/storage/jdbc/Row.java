package io.github.pecmailproxy.storage.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads the columns of a row one after the other. Not thread-safe. */
final class Row {
    private final ResultSet rows;
    private int index;

    Row(ResultSet rows) {
        this.rows = rows;
    }

    boolean next() throws SQLException {
        index = 0;
        return rows.next();
    }

    @Nullable
    String textOrNull() throws SQLException {
        String stored = rows.getString(++index);
        return stored == null ? null : StoredText.decode(stored);
    }

    String text() throws SQLException {
        String text = textOrNull();
        if (text == null) {
            throw new SQLException("column " + index + " must not be null");
        }
        return text;
    }

    long number() throws SQLException {
        return rows.getLong(++index);
    }

    @Nullable
    Long numberOrNull() throws SQLException {
        long number = rows.getLong(++index);
        return rows.wasNull() ? null : (Long) number;
    }

    int small() throws SQLException {
        return rows.getInt(++index);
    }

    boolean flag() throws SQLException {
        return rows.getInt(++index) != 0;
    }

    Instant time() throws SQLException {
        return Instant.ofEpochMilli(rows.getLong(++index));
    }

    @Nullable
    Instant timeOrNull() throws SQLException {
        long millis = rows.getLong(++index);
        return rows.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    byte[] bytes() throws SQLException {
        return rows.getBytes(++index);
    }
}
