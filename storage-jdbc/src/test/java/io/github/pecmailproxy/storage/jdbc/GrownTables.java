package io.github.pecmailproxy.storage.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Fills the tables of a PostgreSQL with years of work, on the server itself: finished certified messages with four events each. */
final class GrownTables {
    private GrownTables() {}

    /**
     * Adds messages to tables that the store has created.
     *
     * @param first the number of the first; its id is {@code g} with the number
     * @param messages how many
     */
    static void fill(Connection connection, long first, long messages) throws SQLException {
        String numbers = " FROM generate_series(" + first + "::bigint, " + (first + messages - 1) + ") AS n";
        // The hash is any that differs between messages: these are not looked for by their Message-ID.
        List<String> statements = List.of(
                """
                INSERT INTO pmp_message (message_seq, tenant, id, account, pec, message_id, message_id_hash, envelope_from,
                    subject, priority, batch_code, receipt_format, enqueued_at, content_size, content_sha256, fingerprint)
                SELECT n * 10, 'default', 'g' || n, 'acc', 1, '<' || n || '@pec.example>', n, 'acme@pec.example',
                    'Comunicazione n. ' || n, 2, NULL, NULL, 1700000000000 + n, 300, repeat('a', 64), repeat('b', 64)""" + numbers,
                """
                INSERT INTO pmp_progress (message_seq, version, state, attempts, due_at, sent_at, recipients, last_event_at,
                    purge_class)
                SELECT n * 10, 4, 'ACCEPTED', 1, 1700000000000 + n, 1700000000000 + n,
                    (SELECT recipients FROM pmp_progress ORDER BY message_seq LIMIT 1), 1700000000000 + n, 1""" + numbers,
                """
                INSERT INTO pmp_message_content (owner_seq, chunk, bytes)
                SELECT n * 10, 0, decode(repeat('2e', 300), 'hex')""" + numbers,
                """
                INSERT INTO pmp_event (event_seq, message_seq, event_type, event_time, recorded_at, details)
                SELECT n * 10 + e, n * 10, (ARRAY['queued', 'sent', 'pec_acceptance', 'pec_delivery'])[e],
                    1700000000000 + n, 1700000000000 + n, '{}'""" + numbers + ", generate_series(1, 4) AS e",
                """
                INSERT INTO pmp_receipt (receipt_seq, tenant, account, folder, uid_validity, mail_uid, read_at, fingerprint,
                    mail_size, kind, verdict, problems, disposition, reason, message_tenant, message_key, event_key,
                    event_key_hash)
                SELECT n * 10 + 5, 'default', 'acc', 'INBOX', 1, n, 1700000000000 + n, lpad(to_hex(n), 64, '0'), 7000,
                    'receipt', 'TRUSTED', '', 'RECORDED', '', 'default', 'g' || n, 'k' || n, lpad(to_hex(n), 64, 'x')""" + numbers,
                "SELECT setval('pmp_sequence', greatest((SELECT last_value FROM pmp_sequence), "
                        + ((first + messages) * 10)
                        + "))",
                "ANALYZE");
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
