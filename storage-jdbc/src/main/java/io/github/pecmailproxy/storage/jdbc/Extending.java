package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.MessageVersion;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Prolongs leases. Stateless and thread-safe. */
final class Extending {
    private Extending() {}

    private record Held(long sequence, long version) {}

    static Set<MessageVersion> extend(Session session, Collection<MessageVersion> leases, Instant until)
            throws SQLException {
        Map<MessageKey, Long> sequences = Messages.sequences(
                session, leases.stream().map(MessageVersion::message).distinct().toList());
        Map<Long, Long> held = new HashMap<>();
        session.listIn(
                        session.dialect().locking("""
                                        SELECT message_seq, version FROM {progress} /*hint*/
                                        WHERE state = 'SENDING' AND message_seq IN (:in) ORDER BY message_seq"""),
                        Session.Binder.NONE,
                        sequences.values().stream().sorted().toList(),
                        row -> new Held(row.number(), row.number()))
                .forEach(each -> held.put(each.sequence(), each.version()));
        Set<MessageVersion> lost = new HashSet<>();
        Set<Long> kept = new HashSet<>();
        for (MessageVersion lease : leases) {
            @Nullable Long sequence = sequences.get(lease.message());
            @Nullable Long version = sequence == null ? null : held.get(sequence);
            if (sequence == null || version == null || version != lease.version()) {
                lost.add(lease);
            } else {
                kept.add(sequence);
            }
        }
        session.updateIn(
                "UPDATE {progress} SET deadline = ? WHERE message_seq IN (:in)",
                parameters -> parameters.time(until),
                List.copyOf(kept));
        return lost;
    }
}
