package io.github.pecmailproxy.storage.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Sets the parameters of a statement one after the other. Not thread-safe. */
final class Parameters {
    private final PreparedStatement statement;
    private final boolean emptyIsNull;
    private int index;

    Parameters(PreparedStatement statement, boolean emptyIsNull) {
        this.statement = statement;
        this.emptyIsNull = emptyIsNull;
    }

    void restart() {
        index = 0;
    }

    Parameters text(@Nullable String value) throws SQLException {
        if (value == null) {
            statement.setNull(++index, Types.VARCHAR);
        } else {
            statement.setString(++index, StoredText.encode(value, emptyIsNull));
        }
        return this;
    }

    Parameters number(long value) throws SQLException {
        statement.setLong(++index, value);
        return this;
    }

    Parameters small(int value) throws SQLException {
        statement.setInt(++index, value);
        return this;
    }

    Parameters number(@Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(++index, Types.BIGINT);
        } else {
            statement.setLong(++index, value);
        }
        return this;
    }

    Parameters small(@Nullable Integer value) throws SQLException {
        if (value == null) {
            // Of the type of those that are there: drivers plan a statement anew when the types change.
            statement.setNull(++index, Types.INTEGER);
        } else {
            statement.setInt(++index, value);
        }
        return this;
    }

    Parameters flag(boolean value) throws SQLException {
        statement.setInt(++index, value ? 1 : 0);
        return this;
    }

    Parameters time(@Nullable Instant value) throws SQLException {
        return number(value == null ? null : (Long) value.toEpochMilli());
    }

    Parameters bytes(byte[] value) throws SQLException {
        statement.setBytes(++index, value);
        return this;
    }
}
