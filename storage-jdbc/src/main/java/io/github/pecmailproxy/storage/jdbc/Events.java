package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.NewEvent;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes events, and enters each for every sink. Stateless and thread-safe. */
final class Events {
    private Events() {}

    /** An event to be written, with the numbers it belongs to. */
    record Entry(long sequence, long messageSequence, String tenant, Instant recordedAt, NewEvent event) {}

    static void insert(Session session, List<Entry> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        session.insert(
                """
                INSERT INTO {event} (event_seq, message_seq, event_type, event_time, recorded_at, details)
                VALUES (?, ?, ?, ?, ?, ?)""",
                entries,
                (parameters, entry) -> parameters
                        .number(entry.sequence())
                        .number(entry.messageSequence())
                        .text(entry.event().type().wireName())
                        .time(entry.event().time())
                        .time(entry.recordedAt())
                        .text(entry.event().data().toJson()));
        List<String> sinks = session.list("SELECT sink FROM {sink}", Session.Binder.NONE, Row::text);
        if (sinks.isEmpty()) {
            return;
        }
        record Report(String sink, Entry entry) {}
        List<Report> reports = new ArrayList<>();
        for (String sink : sinks) {
            entries.forEach(entry -> reports.add(new Report(sink, entry)));
        }
        session.insert(
                """
                INSERT INTO {report} (sink, event_seq, message_seq, tenant, due_at, attempts)
                VALUES (?, ?, ?, ?, 0, 0)""",
                reports,
                (parameters, report) -> parameters
                        .text(report.sink())
                        .number(report.entry().sequence())
                        .number(report.entry().messageSequence())
                        .text(report.entry().tenant()));
    }

    static List<MessageEvent> of(Session session, MessageKey key) throws SQLException {
        return session.list("""
                SELECT e.event_seq, m.tenant, m.id, e.event_type, e.event_time, e.recorded_at, e.details
                FROM {message} m INNER JOIN {event} e ON e.message_seq = m.message_seq
                WHERE m.tenant = ? AND m.id = ?
                ORDER BY e.event_seq""", parameters -> parameters.text(key.tenant()).text(key.id()), Events::read);
    }

    /** Reads the columns event_seq, tenant, id, event_type, event_time, recorded_at, details. */
    static MessageEvent read(Row row) throws SQLException {
        return new MessageEvent(
                row.number(),
                new MessageKey(row.text(), row.text()),
                EventType.ofWireName(row.text()),
                row.time(),
                row.time(),
                EventData.fromJson(row.text()));
    }
}
