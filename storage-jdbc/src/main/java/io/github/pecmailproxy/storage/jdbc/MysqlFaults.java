package io.github.pecmailproxy.storage.jdbc;

import java.sql.SQLException;
import java.util.Optional;

/** The error codes and settings that MariaDB and MySQL share. Stateless and thread-safe. */
final class MysqlFaults {
    private static final int DISK_FULL = 1021;
    private static final int RECORD_HAS_CHANGED = 1020;
    private static final int TOO_MANY_CONNECTIONS = 1040;
    private static final int SHUTTING_DOWN = 1053;
    private static final int DUPLICATE_KEY = 1062;
    private static final int TABLE_FULL = 1114;
    private static final int PACKET_TOO_LARGE = 1153;
    private static final int TOO_MANY_USER_CONNECTIONS = 1203;
    private static final int LOCK_WAIT_TIMEOUT = 1205;
    private static final int DEADLOCK = 1213;
    private static final int READ_ONLY = 1290;
    private static final int READ_ONLY_TRANSACTION = 1792;
    private static final int CONNECTION_KILLED = 1927;

    private MysqlFaults() {}

    static Optional<String> weakness(Session session) throws SQLException {
        long flush = session.list("SELECT @@innodb_flush_log_at_trx_commit", Session.Binder.NONE, Row::number)
                .get(0);
        return flush == 1 ? Optional.empty() : Optional.of("innodb_flush_log_at_trx_commit is " + flush);
    }

    static Fault fault(int code) {
        return switch (code) {
            case DUPLICATE_KEY -> Fault.DUPLICATE;
            case DEADLOCK, RECORD_HAS_CHANGED -> Fault.CONTENDED;
            case SHUTTING_DOWN, CONNECTION_KILLED -> Fault.DISCONNECTED;
            case DISK_FULL,
                    TABLE_FULL,
                    TOO_MANY_CONNECTIONS,
                    TOO_MANY_USER_CONNECTIONS,
                    LOCK_WAIT_TIMEOUT,
                    READ_ONLY,
                    READ_ONLY_TRANSACTION,
                    // Its SQLSTATE says that the connection broke, as it does; but it will break again until the
                    // setting is raised.
                    PACKET_TOO_LARGE -> Fault.UNAVAILABLE;
            default -> Fault.PERMANENT;
        };
    }

    /** ER_TABLE_EXISTS_ERROR, ER_DUP_FIELDNAME, ER_DUP_KEYNAME. */
    static boolean saysAlreadyThere(SQLException failure) {
        int code = failure.getErrorCode();
        return code == 1050 || code == 1060 || code == 1061;
    }
}
