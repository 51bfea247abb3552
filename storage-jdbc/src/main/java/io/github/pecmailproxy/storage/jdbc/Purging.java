package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.PurgeRequest;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Deletes what nobody needs any more, a few messages in one transaction, so that it stands in nobody's way. Thread-safe. */
final class Purging {
    private static final int DELETED_AT_ONCE = 100;

    private static final int ORDINARY = 0;
    private static final int CERTIFIED = 1;

    private final Transactions transactions;

    Purging(Transactions transactions) {
        this.transactions = transactions;
    }

    private record Candidate(long sequence, long lastEventAt) {}

    /** Deletes some of what may go. */
    private interface Piece {
        int delete(Session session, int most) throws SQLException;
    }

    int purge(PurgeRequest request) {
        return inPieces("purge messages", request.limit(), (session, most) -> purge(session, request, most));
    }

    int purgeUnrelated(Instant readBefore, int limit) {
        return inPieces(
                "purge unrelated mail", limit, (session, most) -> Receipts.deleteUnrelated(session, readBefore, most));
    }

    private int inPieces(String what, int limit, Piece piece) {
        int deleted = 0;
        while (deleted < limit) {
            int most = Math.min(DELETED_AT_ONCE, limit - deleted);
            int now = transactions.write(what, session -> piece.delete(session, most));
            deleted += now;
            if (now == 0) {
                break;
            }
        }
        return deleted;
    }

    /** Deletes some messages in the transaction of a session. */
    static int purge(Session session, PurgeRequest request, int most) throws SQLException {
        List<Candidate> candidates = new ArrayList<>(candidates(session, ORDINARY, request.finishedBefore(), most));
        @Nullable Instant evidenceBefore = request.evidenceBefore();
        if (evidenceBefore != null) {
            candidates.addAll(candidates(session, CERTIFIED, evidenceBefore, most));
        }
        List<Long> oldest = candidates.stream()
                .sorted(Comparator.comparingLong(Candidate::lastEventAt).thenComparingLong(Candidate::sequence))
                .limit(most)
                .map(Candidate::sequence)
                .toList();
        // What somebody has just locked is about to change. What changed since it was found has a later last event.
        List<Long> free = session.listIn(
                session.dialect().lockingFree("""
                                SELECT message_seq FROM {progress} /*hint*/
                                WHERE (purge_class = 0 AND last_event_at < ? OR purge_class = 1 AND last_event_at < ?)
                                    AND message_seq IN (:in)"""),
                parameters -> parameters
                        .time(request.finishedBefore())
                        .number(evidenceBefore == null ? Long.MIN_VALUE : evidenceBefore.toEpochMilli()),
                oldest,
                Row::number);
        List<MessageKey> keys = Messages.findAll(session, free).stream()
                .map(TrackedMessage::key)
                .toList();
        Receipts.deleteOf(session, keys);
        for (String table : List.of("event", "queue")) {
            session.updateIn("DELETE FROM {" + table + "} WHERE message_seq IN (:in)", Session.Binder.NONE, free);
        }
        ContentTable.OF_MESSAGES.delete(session, free);
        for (String table : List.of("message", "progress")) {
            session.updateIn("DELETE FROM {" + table + "} WHERE message_seq IN (:in)", Session.Binder.NONE, free);
        }
        return free.size();
    }

    private static List<Candidate> candidates(Session session, int purgeClass, Instant before, int most)
            throws SQLException {
        // Counted, because MariaDB copies all of a backlog of reports to find out what does not exist in it.
        return session.list(
                session.dialect().limited("""
                                SELECT p.message_seq, p.last_event_at FROM {progress} p
                                WHERE p.purge_class = ? AND p.last_event_at < ?
                                    AND (SELECT COUNT(*) FROM {report} r WHERE r.message_seq = p.message_seq) = 0
                                ORDER BY p.purge_class, p.last_event_at"""),
                parameters -> parameters.small(purgeClass).time(before).small(most),
                row -> new Candidate(row.number(), row.number()));
    }
}
