package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.TrackedMessage;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the queue: one narrow row for each message that waits, in the order in which they leave.
 *
 * <p>A row is ready, or waits for its time, or is held because its batch is suspended. One index holds all three apart, so that looking
 * for the next message never walks over those that cannot leave: ready ones are sorted by enqueueing, those that wait by their time.
 * Whoever leases first makes ready what has become due. Stateless and thread-safe.
 */
final class Queue {
    static final int READY = 0;
    static final int WAITING = 1;
    static final int HELD = 2;

    /** How many are made ready at once, at least: each message once in its wait, so that a lease costs what it grants. */
    private static final int PROMOTED_AT_ONCE = 1_000;

    /** Every column of the index stands in ORDER BY, for planners that do not leave out those that are given. */
    private static final String ORDER = " ORDER BY tenant, account, status, priority, sort_key";

    private Queue() {}

    /** A message that could leave. */
    record Candidate(long sequence, @Nullable String batchCode, int priority, long sortKey) {}

    /** Inserts new messages; those that are due when they are enqueued are ready. */
    static void insert(Session session, List<TrackedMessage> messages) throws SQLException {
        insert(session, messages, TrackedMessage::enqueuedAt);
    }

    /** Inserts messages that wait again. */
    static void insert(Session session, List<TrackedMessage> messages, Instant now) throws SQLException {
        insert(session, messages, message -> now);
    }

    private static void insert(Session session, List<TrackedMessage> messages, Function<TrackedMessage, Instant> now)
            throws SQLException {
        session.insert("""
                INSERT INTO {queue} (status, sort_key, due_at, tenant, account, batch_code, priority, message_seq)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""", messages, (parameters, message) -> {
            bindPlace(parameters, message, now.apply(message));
            parameters
                    .text(message.key().tenant())
                    .text(message.account())
                    .text(message.batchCode())
                    .small(message.priority().level())
                    .number(message.sequence());
        });
    }

    static void move(Session session, List<TrackedMessage> messages, Instant now) throws SQLException {
        session.batch(
                "UPDATE {queue} SET status = ?, sort_key = ?, due_at = ? WHERE message_seq = ?",
                messages,
                (parameters, message) -> {
                    bindPlace(parameters, message, now);
                    parameters.number(message.sequence());
                });
    }

    private static void bindPlace(Parameters parameters, TrackedMessage message, Instant now) throws SQLException {
        boolean due = !message.dueAt().isAfter(now);
        parameters
                .small(due ? READY : WAITING)
                .number(due ? message.sequence() : message.dueAt().toEpochMilli())
                .time(message.dueAt());
    }

    static void remove(Session session, Collection<Long> sequences) throws SQLException {
        session.updateIn("DELETE FROM {queue} WHERE message_seq IN (:in)", Session.Binder.NONE, sequences);
    }

    /** Makes ready what has become due, the most urgent first. */
    static void promote(Session session, AccountKey account, Instant now, int atLeast) throws SQLException {
        int most = Math.max(PROMOTED_AT_ONCE, atLeast);
        String ofOnePriority = session.dialect().limited("""
                        SELECT message_seq FROM {queue}
                        WHERE tenant = ? AND account = ? AND status = 1 AND priority = ? AND sort_key <= ?
                        """ + ORDER);
        StringBuilder sql = new StringBuilder();
        for (int priority = 0; priority <= 3; priority++) {
            sql.append(priority == 0 ? "" : " UNION ALL ")
                    .append("SELECT message_seq FROM (")
                    .append(ofOnePriority)
                    .append(") p")
                    .append(priority);
        }
        List<Long> due = session.list(
                sql.toString(),
                parameters -> {
                    for (int priority = 0; priority <= 3; priority++) {
                        parameters
                                .text(account.tenant())
                                .text(account.id())
                                .small(priority)
                                .time(now)
                                .small(most);
                    }
                },
                Row::number);
        if (due.isEmpty()) {
            return;
        }
        // The result comes priority after priority, so that whatever is cut off is less urgent.
        List<Long> free = lockFree(session, due.subList(0, Math.min(due.size(), most)), WAITING);
        session.updateIn(
                "UPDATE {queue} SET status = 0, sort_key = message_seq WHERE message_seq IN (:in)",
                Session.Binder.NONE,
                free);
    }

    /**
     * Finds ready messages in the order in which they leave, and locks them; those that others have locked are passed over.
     *
     * @param account whose messages
     * @param now the time
     * @param count how many at most
     * @return the messages, the most urgent first
     */
    static List<Candidate> claim(Session session, AccountKey account, Instant now, int count) throws SQLException {
        if (session.dialect().locksOnlyWhatItReturns()) {
            List<Candidate> claimed = session.list(
                    session.dialect().lockingFree(session.dialect().limited("""
                                    SELECT message_seq, batch_code, priority, sort_key FROM {queue}
                                    WHERE tenant = ? AND account = ? AND status = 0 AND due_at <= ?
                                    """ + ORDER)),
                    parameters -> parameters
                            .text(account.tenant())
                            .text(account.id())
                            .time(now)
                            .small(count),
                    Queue::read);
            // A row that was changed while it was waited for comes at its old place.
            claimed.sort(Comparator.comparingInt(Candidate::priority).thenComparingLong(Candidate::sortKey));
            return claimed;
        }
        return claimInTwoSteps(session, account, now, count);
    }

    private static List<Candidate> claimInTwoSteps(Session session, AccountKey account, Instant now, int count)
            throws SQLException {
        List<Candidate> claimed = new ArrayList<>();
        Candidate last = new Candidate(0, null, -1, 0);
        while (claimed.size() < count) {
            int wanted = count - claimed.size();
            List<Candidate> next = after(session, account, now, last, wanted);
            Set<Long> free = new HashSet<>(
                    lockFree(session, next.stream().map(Candidate::sequence).toList(), READY));
            next.stream().filter(each -> free.contains(each.sequence())).forEach(claimed::add);
            if (next.size() < wanted) {
                break;
            }
            last = next.get(next.size() - 1);
        }
        return claimed;
    }

    private static List<Candidate> after(Session session, AccountKey account, Instant now, Candidate last, int count)
            throws SQLException {
        return session.list(
                session.dialect().limited("""
                                SELECT message_seq, batch_code, priority, sort_key FROM {queue}
                                WHERE tenant = ? AND account = ? AND status = 0 AND due_at <= ?
                                    AND priority >= ? AND (priority > ? OR sort_key > ?)
                                """ + ORDER),
                parameters -> parameters
                        .text(account.tenant())
                        .text(account.id())
                        .time(now)
                        .small(Math.max(0, last.priority()))
                        .small(last.priority())
                        .number(last.sortKey())
                        .small(count),
                Queue::read);
    }

    private static Candidate read(Row row) throws SQLException {
        return new Candidate(row.number(), row.textOrNull(), row.small(), row.number());
    }

    /** Locks those rows that are in a status and that nobody has locked. */
    static List<Long> lockFree(Session session, List<Long> sequences, int status) throws SQLException {
        return session.listIn(
                session.dialect()
                        .lockingFree(
                                "SELECT message_seq FROM {queue} /*hint*/ WHERE status = ? AND message_seq IN (:in)"),
                parameters -> parameters.small(status),
                sequences,
                Row::number);
    }

    /** Moves up to a number of a batch's rows from one status to another; returns how many were moved. */
    static int moveBatch(Session session, String tenant, String batchCode, int from, int to, int limit)
            throws SQLException {
        List<Long> found = session.list(
                session.dialect().limited("""
                                SELECT message_seq FROM {queue} WHERE tenant = ? AND batch_code = ? AND status = ?
                                ORDER BY tenant, batch_code, status"""),
                parameters ->
                        parameters.text(tenant).text(batchCode).small(from).small(limit),
                Row::number);
        List<Long> free = lockFree(session, found, from);
        session.updateIn(
                "UPDATE {queue} SET status = ? WHERE message_seq IN (:in)", parameters -> parameters.small(to), free);
        return free.size();
    }
}
