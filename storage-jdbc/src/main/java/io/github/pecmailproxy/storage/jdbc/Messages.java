package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.ReceiptFormat;
import io.github.pecmailproxy.store.MessageFilter;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads and writes messages: what they are, in one table, and what became of them, in another. Stateless and thread-safe. */
final class Messages {
    private static final String COLUMNS = """
            m.tenant, m.id, m.message_seq, m.account, m.pec, m.message_id, m.envelope_from, m.subject, m.priority,
            m.batch_code, m.receipt_format, p.state, p.recipients, p.attempts, m.enqueued_at, p.due_at, p.deadline,
            p.sent_at, p.doubt_since, p.acceptance_overdue_at, p.provider_message_id, p.last_error, m.content_size, m.content_sha256,
            m.fingerprint, p.version
            """;

    private static final String SELECT =
            "SELECT " + COLUMNS + " FROM {message} m INNER JOIN {progress} p ON p.message_seq = m.message_seq ";

    private static final Comparator<TrackedMessage> BY_KEY = Comparator.comparing(
                    (TrackedMessage message) -> message.key().tenant())
            .thenComparing(message -> message.key().id());

    private Messages() {}

    // ------------------------------------------------------------------------------------------------------ writing

    /**
     * Inserts what new messages are.
     *
     * @param unordered the messages, each with its sequence
     * @return those that were inserted; a message of the same key is there for each of the others
     */
    static Set<Long> insert(Session session, List<TrackedMessage> unordered) throws SQLException {
        // In one order, so that two callers with the same keys do not wait for each other.
        List<TrackedMessage> messages = unordered.stream().sorted(BY_KEY).toList();
        int[] counts = session.insertNew("""
                INSERT INTO {message} (message_seq, tenant, id, account, pec, message_id, message_id_hash, envelope_from,
                    subject, priority, batch_code, receipt_format, enqueued_at, content_size, content_sha256, fingerprint)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""", "fingerprint", messages, Messages::bindNew);
        Set<Long> inserted = new HashSet<>();
        List<Long> unknown = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] < 0) {
                unknown.add(messages.get(i).sequence());
            } else if (counts[i] > 0) {
                inserted.add(messages.get(i).sequence());
            }
        }
        if (!unknown.isEmpty()) {
            inserted.addAll(session.listIn(
                    "SELECT message_seq FROM {message} WHERE message_seq IN (:in)",
                    Session.Binder.NONE,
                    unknown,
                    Row::number));
        }
        return inserted;
    }

    private static void bindNew(Parameters parameters, TrackedMessage message) throws SQLException {
        ReceiptFormat format = message.receiptFormat();
        parameters
                .number(message.sequence())
                .text(message.key().tenant())
                .text(message.key().id())
                .text(message.account())
                .flag(message.pec())
                .text(message.messageId())
                .number(TextHash.number(message.messageId()))
                .text(message.envelopeFrom())
                .text(message.subject())
                .small(message.priority().level())
                .text(message.batchCode())
                .text(format == null ? null : format.name())
                .time(message.enqueuedAt())
                .number(message.contentSize())
                .text(message.contentSha256())
                .text(message.fingerprint());
    }

    /** Inserts what became of new messages so far; their first events are stored at the time of enqueueing. */
    static void insertProgress(Session session, List<TrackedMessage> messages) throws SQLException {
        session.insert("""
                INSERT INTO {progress} (version, state, attempts, due_at, deadline, sent_at, doubt_since,
                    acceptance_overdue_at,
                    provider_message_id, provider_message_id_hash, last_error, recipients, purge_class, last_event_at,
                    message_seq)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""", messages, (parameters, message) -> {
            bindProgress(parameters, message);
            parameters.time(message.enqueuedAt()).number(message.sequence());
        });
    }

    /**
     * Writes the next versions of messages that are locked.
     *
     * @param messages the messages
     * @param withEvents the sequences of those whose change has events
     * @param recordedAt when those are stored
     */
    static void updateProgress(Session session, List<TrackedMessage> messages, Set<Long> withEvents, Instant recordedAt)
            throws SQLException {
        session.batch("""
                UPDATE {progress} SET version = ?, state = ?, attempts = ?, due_at = ?, deadline = ?, sent_at = ?,
                    doubt_since = ?,
                    acceptance_overdue_at = ?, provider_message_id = ?, provider_message_id_hash = ?, last_error = ?,
                    recipients = ?, purge_class = ?, last_event_at = COALESCE(?, last_event_at)
                WHERE message_seq = ?""", messages, (parameters, message) -> {
            bindProgress(parameters, message);
            parameters
                    .time(withEvents.contains(message.sequence()) ? recordedAt : null)
                    .number(message.sequence());
        });
    }

    private static void bindProgress(Parameters parameters, TrackedMessage message) throws SQLException {
        String providerId = message.providerMessageId();
        parameters
                .number(message.version())
                .text(message.state().name())
                .small(message.attempts())
                .time(message.dueAt())
                .time(message.deadline())
                .time(message.sentAt())
                .time(message.doubtSince())
                .time(message.acceptanceOverdueAt())
                .text(providerId)
                .number(providerId == null ? null : (Long) TextHash.number(providerId))
                .text(message.lastError())
                .text(RecipientsJson.write(message.recipients()))
                .small(message.isFinished() ? (Integer) (message.pec() ? 1 : 0) : null);
    }

    // ------------------------------------------------------------------------------------------------------ reading

    static Optional<TrackedMessage> find(Session session, MessageKey key) throws SQLException {
        return session.first(
                SELECT + "WHERE m.tenant = ? AND m.id = ?",
                parameters -> parameters.text(key.tenant()).text(key.id()),
                Messages::read);
    }

    /** Finds a message that is known to be there, even if the caller's transaction began before. */
    static Optional<TrackedMessage> findLatest(Session session, MessageKey key) throws SQLException {
        Optional<TrackedMessage> found = find(session, key);
        return found.isPresent()
                ? found
                : session.first(
                        session.dialect().latest(SELECT + "WHERE m.tenant = ? AND m.id = ?"),
                        parameters -> parameters.text(key.tenant()).text(key.id()),
                        Messages::read);
    }

    static List<TrackedMessage> findAll(Session session, Collection<Long> sequences) throws SQLException {
        return session.listIn(SELECT + "WHERE m.message_seq IN (:in)", Session.Binder.NONE, sequences, Messages::read);
    }

    /** Finds the sequences of messages by their keys; those that are not there are left out. */
    static Map<MessageKey, Long> sequences(Session session, Collection<MessageKey> keys) throws SQLException {
        Map<MessageKey, Long> found = new HashMap<>();
        Map<String, List<String>> idsByTenant = keys.stream()
                .collect(Collectors.groupingBy(
                        MessageKey::tenant, Collectors.mapping(MessageKey::id, Collectors.toList())));
        for (Map.Entry<String, List<String>> tenant : idsByTenant.entrySet()) {
            session.listInTexts(
                            "SELECT id, message_seq FROM {message} WHERE tenant = ? AND id IN (:in)",
                            parameters -> parameters.text(tenant.getKey()),
                            tenant.getValue(),
                            row -> Map.entry(new MessageKey(tenant.getKey(), row.text()), row.number()))
                    .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        }
        return found;
    }

    static List<TrackedMessage> overdue(Session session, Instant now, int limit) throws SQLException {
        return session.list(
                session.dialect().limited(SELECT + "WHERE p.deadline <= ? ORDER BY p.deadline, p.message_seq"),
                parameters -> parameters.time(now).small(limit),
                Messages::read);
    }

    static List<TrackedMessage> list(Session session, MessageFilter filter) throws SQLException {
        StringBuilder sql = new StringBuilder(SELECT).append("WHERE 1 = 1");
        String tenant = filter.tenant();
        String account = filter.account();
        String batchCode = filter.batchCode();
        sql.append(tenant == null ? "" : " AND m.tenant = ?");
        sql.append(account == null ? "" : " AND m.account = ?");
        sql.append(batchCode == null ? "" : " AND m.batch_code = ?");
        if (!filter.states().isEmpty()) {
            // Names of an enum: as literals, so that the planner knows how rare they are.
            sql.append(filter.states().stream()
                    .map(MessageState::name)
                    .sorted()
                    .collect(Collectors.joining("', '", " AND p.state IN ('", "')")));
        }
        if (filter.after() > 0) {
            sql.append(filter.newestFirst() ? " AND m.message_seq < ?" : " AND m.message_seq > ?");
        }
        sql.append(" ORDER BY m.message_seq").append(filter.newestFirst() ? " DESC" : "");
        return session.list(
                session.dialect().limited(sql.toString()),
                parameters -> {
                    textIfGiven(parameters, tenant);
                    textIfGiven(parameters, account);
                    textIfGiven(parameters, batchCode);
                    if (filter.after() > 0) {
                        parameters.number(filter.after());
                    }
                    parameters.small(filter.limit());
                },
                Messages::read);
    }

    static List<TrackedMessage> byMessageId(Session session, AccountKey account, Collection<String> messageIds)
            throws SQLException {
        Set<String> wanted = new LinkedHashSet<>(messageIds);
        return session
                .listIn(
                        SELECT + "WHERE m.message_id_hash IN (:in)",
                        Session.Binder.NONE,
                        wanted.stream().map(TextHash::number).toList(),
                        Messages::read)
                .stream()
                .filter(message -> isOf(account, message) && wanted.contains(message.messageId()))
                .toList();
    }

    static List<TrackedMessage> byProviderMessageId(
            Session session, AccountKey account, Collection<String> providerMessageIds) throws SQLException {
        Set<String> wanted = new LinkedHashSet<>(providerMessageIds);
        return session
                .listIn(
                        SELECT + "WHERE p.provider_message_id_hash IN (:in)",
                        Session.Binder.NONE,
                        wanted.stream().map(TextHash::number).toList(),
                        Messages::read)
                .stream()
                .filter(message -> {
                    String id = message.providerMessageId();
                    return id != null && isOf(account, message) && wanted.contains(id);
                })
                .toList();
    }

    private static boolean isOf(AccountKey account, TrackedMessage message) {
        return message.key().tenant().equals(account.tenant())
                && message.account().equals(account.id());
    }

    private static void textIfGiven(Parameters parameters, @Nullable String text) throws SQLException {
        if (text != null) {
            parameters.text(text);
        }
    }

    private static TrackedMessage read(Row row) throws SQLException {
        return new TrackedMessage(
                new MessageKey(row.text(), row.text()),
                row.number(),
                row.text(),
                row.flag(),
                row.text(),
                row.text(),
                row.text(),
                Priority.ofLevel(row.small()),
                row.textOrNull(),
                format(row.textOrNull()),
                MessageState.valueOf(row.text()),
                RecipientsJson.read(row.text()),
                row.small(),
                row.time(),
                row.time(),
                row.timeOrNull(),
                row.timeOrNull(),
                row.timeOrNull(),
                row.timeOrNull(),
                row.textOrNull(),
                row.textOrNull(),
                row.number(),
                row.text(),
                row.text(),
                row.number());
    }

    private static @Nullable ReceiptFormat format(@Nullable String name) {
        return name == null ? null : ReceiptFormat.valueOf(name);
    }
}
