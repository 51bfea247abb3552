package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.store.StoreStatistics;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts what is in the store. Stateless and thread-safe. */
final class Figures {
    private Figures() {}

    static StoreStatistics of(Session session, Instant now) throws SQLException {
        Map<MessageState, Long> messages = new EnumMap<>(MessageState.class);
        session.list(
                        "SELECT state, COUNT(*) FROM {progress} GROUP BY state",
                        Session.Binder.NONE,
                        row -> Map.entry(MessageState.valueOf(row.text()), row.number()))
                .forEach(entry -> messages.put(entry.getKey(), entry.getValue()));
        List<Instant> oldest = session.list(
                session.dialect().limited("SELECT due_at FROM {queue} WHERE due_at <= ? ORDER BY due_at"),
                parameters -> parameters.time(now).small(1),
                Row::time);
        @Nullable Instant oldestDue = oldest.isEmpty() ? null : oldest.get(0);
        long unreported = session.list("SELECT COUNT(*) FROM {report}", Session.Binder.NONE, Row::number)
                .get(0);
        return new StoreStatistics(messages, oldestDue, unreported);
    }
}
