package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PutOffReport;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Keeps which events wait for which sink. Stateless and thread-safe. */
final class Reports {
    /** An entry waits behind an earlier one of its message that was put off, so that order within a message is kept. */
    private static final String DELIVERABLE = "\n" + """
            AND r.due_at <= ? AND NOT EXISTS (
                SELECT 1 FROM {report} earlier
                WHERE earlier.message_seq = r.message_seq AND earlier.sink = r.sink
                    AND earlier.event_seq < r.event_seq AND earlier.due_at > ?)""";

    private Reports() {}

    static void register(Session session, String sink) throws SQLException {
        boolean known = session.first(
                        "SELECT sink FROM {sink} WHERE sink = ?", parameters -> parameters.text(sink), Row::text)
                .isPresent();
        if (!known) {
            session.insertNew("INSERT INTO {sink} (sink) VALUES (?)", "sink", List.of(sink), Parameters::text);
        }
    }

    static boolean forget(Session session, String sink) throws SQLException {
        // First the name, so that no event is entered for it any more by the time its entries go.
        boolean known = session.update("DELETE FROM {sink} WHERE sink = ?", parameters -> parameters.text(sink)) > 0;
        session.update("DELETE FROM {report} WHERE sink = ?", parameters -> parameters.text(sink));
        return known;
    }

    /** Goes from tenant to tenant along the index: a backlog has many entries and few tenants. */
    static List<String> tenants(Session session, String sink, Instant now) throws SQLException {
        List<String> tenants = new ArrayList<>();
        Optional<String> tenant = session.first(
                session.dialect().limited("SELECT tenant FROM {report} WHERE sink = ? ORDER BY sink, tenant"),
                parameters -> parameters.text(sink).small(1),
                Row::text);
        while (tenant.isPresent()) {
            String current = tenant.get();
            boolean due = session.first(
                            session.dialect()
                                    .limited("SELECT r.event_seq FROM {report} r WHERE r.sink = ? AND r.tenant = ?"
                                            + DELIVERABLE
                                            + " ORDER BY r.sink, r.tenant, r.event_seq"),
                            parameters -> parameters
                                    .text(sink)
                                    .text(current)
                                    .time(now)
                                    .time(now)
                                    .small(1),
                            Row::number)
                    .isPresent();
            if (due) {
                tenants.add(current);
            }
            tenant = session.first(
                    session.dialect()
                            .limited("SELECT tenant FROM {report} WHERE sink = ? AND tenant > ? ORDER BY sink, tenant"),
                    parameters -> parameters.text(sink).text(current).small(1),
                    Row::text);
        }
        return tenants;
    }

    static List<PendingReport> pending(Session session, String sink, String tenant, Instant now, int limit)
            throws SQLException {
        // The entries are chosen before anything is joined: the database underestimates the join, and then reads a
        // whole backlog.
        String chosen = session.dialect().limited("""
                        SELECT r.event_seq, r.message_seq, r.attempts FROM {report} r
                        WHERE r.sink = ? AND r.tenant = ?""" + DELIVERABLE + " ORDER BY r.sink, r.tenant, r.event_seq");
        return session.list(
                """
                SELECT e.event_seq, m.tenant, m.id, e.event_type, e.event_time, e.recorded_at, e.details, c.attempts
                FROM (""" + chosen + """
                ) c
                    INNER JOIN {event} e ON e.event_seq = c.event_seq AND e.message_seq = c.message_seq
                    INNER JOIN {message} m ON m.message_seq = c.message_seq
                ORDER BY c.event_seq""",
                parameters ->
                        parameters.text(sink).text(tenant).time(now).time(now).small(limit),
                row -> new PendingReport(Events.read(row), row.small()));
    }

    static void acknowledge(Session session, String sink, Collection<Long> done, Collection<PutOffReport> putOff)
            throws SQLException {
        session.updateIn(
                "DELETE FROM {report} WHERE sink = ? AND event_seq IN (:in)",
                parameters -> parameters.text(sink),
                done.stream().sorted().toList());
        session.batch(
                "UPDATE {report} SET due_at = ?, attempts = attempts + 1 WHERE sink = ? AND event_seq = ?",
                putOff.stream()
                        .sorted(Comparator.comparingLong(PutOffReport::sequence))
                        .toList(),
                (parameters, entry) -> parameters.time(entry.dueAt()).text(sink).number(entry.sequence()));
    }
}
