package io.github.pecmailproxy.storage.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** Oracle Database 19c or later. Never ran against a server. */
final class OracleDialect extends Dialect {
    private static final int DUPLICATE_KEY = 1;
    private static final int RESOURCE_BUSY = 54;
    private static final int DEADLOCK = 60;
    private static final int SHUTDOWN = 1089;
    private static final int NOT_AVAILABLE = 1034;
    private static final int CANNOT_SERIALIZE = 8177;
    private static final int END_OF_FILE_ON_CHANNEL = 3113;
    private static final int NOT_CONNECTED = 3114;
    private static final int TABLESPACE_FULL = 1653;
    private static final int INDEX_SPACE_FULL = 1654;

    OracleDialect() {
        super(Database.ORACLE);
    }

    @Override
    List<Long> numbers(Session session, int count) throws SQLException {
        return session.list(
                "SELECT {sequence}.NEXTVAL FROM DUAL CONNECT BY LEVEL <= ?",
                parameters -> parameters.number(count),
                Row::number);
    }

    @Override
    String timeQuery() {
        return """
                SELECT ROUND((CAST(SYS_EXTRACT_UTC(SYSTIMESTAMP) AS DATE) - DATE '1970-01-01') * 86400) * 1000
                    + TO_NUMBER(TO_CHAR(SYSTIMESTAMP, 'FF3'))
                FROM DUAL""";
    }

    @Override
    boolean countsInserts() {
        return true;
    }

    @Override
    boolean batchEndsAtDuplicate() {
        return true;
    }

    @Override
    boolean emptyIsNull() {
        return true;
    }

    @Override
    String limited(String select) {
        return select + " FETCH FIRST ? ROWS ONLY";
    }

    /** FOR UPDATE and FETCH FIRST exclude each other (ORA-02014). */
    @Override
    boolean locksOnlyWhatItReturns() {
        return false;
    }

    /** Every statement that changes the schema commits, so the lock lies with a connection of its own. */
    @Override
    void lockSchema(Session session) throws SQLException {
        try {
            session.update("CREATE TABLE {schema_lock} (id NUMBER(10) NOT NULL PRIMARY KEY)", Session.Binder.NONE);
        } catch (SQLException failure) {
            // ORA-00955: name is already used by an existing object
            if (failure.getErrorCode() != 955) {
                throw failure;
            }
        }
        session.update("LOCK TABLE {schema_lock} IN EXCLUSIVE MODE", Session.Binder.NONE);
    }

    @Override
    Fault fault(String state, int code) {
        return switch (code) {
            case DUPLICATE_KEY -> Fault.DUPLICATE;
            case DEADLOCK, CANNOT_SERIALIZE -> Fault.CONTENDED;
            case SHUTDOWN, NOT_AVAILABLE, END_OF_FILE_ON_CHANNEL, NOT_CONNECTED -> Fault.DISCONNECTED;
            case RESOURCE_BUSY, TABLESPACE_FULL, INDEX_SPACE_FULL -> Fault.UNAVAILABLE;
            default -> Fault.PERMANENT;
        };
    }

    /** ORA-00955 name in use, ORA-01408 columns indexed already, ORA-01430 column there already. */
    @Override
    boolean saysAlreadyThere(SQLException failure) {
        return Set.of(955, 1408, 1430).contains(failure.getErrorCode());
    }
}
