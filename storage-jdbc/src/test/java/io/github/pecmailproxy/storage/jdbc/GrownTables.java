package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.message.MessageKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Fills the tables of a PostgreSQL or a MariaDB with years of work, on the server itself: finished certified messages with four events and
 * one receipt each. The store has created the tables and enqueued a message.
 */
final class GrownTables {
    private static final int FILLED_AT_ONCE = 500_000;

    private final Connection connection;
    private final boolean postgresql;

    GrownTables(Connection connection) throws SQLException {
        this.connection = connection;
        this.postgresql = Database.of(connection.getMetaData()) == Database.POSTGRESQL;
    }

    /** Messages that were added, numbered one after the other. */
    record Pile(long first, long messages) {
        /** Returns the key of one of them. */
        MessageKey key(long index) {
            return MessageKey.of("g" + (first + index));
        }
    }

    /** Adds messages; no store is open meanwhile. */
    Pile add(long messages) throws SQLException {
        long first =
                number(postgresql ? "SELECT nextval('pmp_sequence')" : "SELECT NEXTVAL(pmp_sequence)") / 10 + 1_000;
        for (long done = 0; done < messages; done += FILLED_AT_ONCE) {
            fill(first + done, Math.min(FILLED_AT_ONCE, messages - done));
        }
        long last = (first + messages) * 10;
        execute(
                postgresql
                        ? "SELECT setval('pmp_sequence', " + last + ")"
                        : "SELECT SETVAL(pmp_sequence, " + last + ")");
        // Such as the server does by itself in the course of years.
        execute(
                postgresql
                        ? "VACUUM ANALYZE"
                        : "ANALYZE TABLE pmp_message, pmp_progress, pmp_message_content, pmp_event, pmp_receipt");
        return new Pile(first, messages);
    }

    /** Has an event of every other message wait for a sink that has not answered for long. */
    void addBacklog(Pile pile, String sink) throws SQLException {
        execute("INSERT INTO pmp_report (sink, event_seq, message_seq, tenant, due_at, attempts)"
                + " SELECT '" + sink + "', message_seq + 4, message_seq, 'default', 0, 0 FROM pmp_progress"
                + " WHERE message_seq BETWEEN " + pile.first() * 10 + " AND "
                + (pile.first() + pile.messages() - 1) * 10
                + " AND MOD(message_seq, 20) = 0");
        execute(postgresql ? "VACUUM ANALYZE" : "ANALYZE TABLE pmp_report");
    }

    /** Counts the rows of a table. */
    long count(String table) throws SQLException {
        return number("SELECT count(*) FROM pmp_" + table);
    }

    private void fill(long first, long messages) throws SQLException {
        long last = first + messages - 1;
        String numbers = postgresql
                ? " FROM generate_series(" + first + "::bigint, " + last + ") AS n"
                : " FROM (SELECT seq AS n FROM seq_" + first + "_to_" + last + ") numbers";
        String fourTimes = postgresql ? ", generate_series(1, 4) AS e" : ", (SELECT seq AS e FROM seq_1_to_4) kinds";
        String bytes = postgresql ? "convert_to(repeat('.', 300), 'UTF8')" : "repeat('.', 300)";
        // The hash is any that differs between messages: these are not looked for by their Message-ID.
        execute("""
                INSERT INTO pmp_message (message_seq, tenant, id, account, pec, message_id, message_id_hash, envelope_from,
                    subject, priority, batch_code, receipt_format, enqueued_at, content_size, content_sha256, fingerprint)
                SELECT n * 10, 'default', concat('g', n), 'acc', 1, concat('<', n, '@pec.example>'), n, 'acme@pec.example',
                    concat('Comunicazione n. ', n), 2, NULL, NULL, 1700000000000 + n, 300, repeat('a', 64),
                    repeat('b', 64)""" + numbers);
        execute("""
                INSERT INTO pmp_progress (message_seq, version, state, attempts, due_at, sent_at, recipients, last_event_at,
                    purge_class)
                SELECT n * 10, 4, 'ACCEPTED', 1, 1700000000000 + n, 1700000000000 + n,
                    (SELECT recipients FROM pmp_progress ORDER BY message_seq LIMIT 1), 1700000000000 + n, 1""" + numbers);
        execute("INSERT INTO pmp_message_content (owner_seq, chunk, bytes) SELECT n * 10, 0, " + bytes + numbers);
        execute("""
                INSERT INTO pmp_event (event_seq, message_seq, event_type, event_time, recorded_at, details)
                SELECT n * 10 + e, n * 10,
                    CASE e WHEN 1 THEN 'queued' WHEN 2 THEN 'sent' WHEN 3 THEN 'pec_acceptance' ELSE 'pec_delivery' END,
                    1700000000000 + n, 1700000000000 + n, '{}'""" + numbers + fourTimes);
        execute("""
                INSERT INTO pmp_receipt (receipt_seq, tenant, account, folder, uid_validity, mail_uid, read_at, fingerprint,
                    mail_size, kind, verdict, problems, disposition, reason, message_tenant, message_key, event_key,
                    event_key_hash)
                SELECT n * 10 + 5, 'default', 'acc', 'INBOX', 1, n, 1700000000000 + n, lpad(concat('', n), 64, '0'), 7000,
                    'receipt', 'TRUSTED', '', 'RECORDED', '', 'default', concat('g', n), concat('k', n),
                    lpad(concat('', n), 64, 'x')""" + numbers);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
