package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptJudgement;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads and writes what was read from mailboxes, and how far each was read. Stateless and thread-safe. */
final class Receipts {
    private static final String UNRELATED = Stream.of(Disposition.values())
            .filter(Disposition::isUnrelated)
            .map(Disposition::name)
            .collect(Collectors.joining("', '", "disposition IN ('", "') AND message_key IS NULL AND read_at < ?"));

    private Receipts() {}

    private record Numbered(long id, NewReceipt receipt) {}

    // ------------------------------------------------------------------------------------------------------ writing

    /** Inserts new records with their contents; one that is there already makes the statement fail as a duplicate. */
    static void insert(Session session, List<NewReceipt> receipts) throws SQLException {
        if (receipts.isEmpty()) {
            return;
        }
        Iterator<Long> numbers = session.numbers(receipts.size());
        List<Numbered> numbered = new ArrayList<>();
        List<ContentTable.Entry> contents = new ArrayList<>();
        for (NewReceipt receipt : receipts) {
            long id = numbers.next();
            numbered.add(new Numbered(id, receipt));
            @Nullable StoredContent content = receipt.content();
            if (content != null) {
                contents.add(new ContentTable.Entry(id, content));
            }
        }
        session.insert("""
                INSERT INTO {receipt} (verdict, problems, disposition, reason, message_tenant, message_key, event_key,
                    event_key_hash, receipt_seq, tenant, account, folder, uid_validity, mail_uid, arrived_at, read_at,
                    fingerprint, mail_size, receipt_message_id, kind, receipt_type, original_message_id, recipient,
                    certified_at, content_size, content_sha256)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""", numbered, Receipts::bind);
        ContentTable.OF_RECEIPTS.write(session, contents);
    }

    private static void bind(Parameters parameters, Numbered numbered) throws SQLException {
        ReceiptRecord record = numbered.receipt().record();
        @Nullable StoredContent content = numbered.receipt().content();
        bindJudgement(parameters, record);
        parameters
                .number(numbered.id())
                .text(record.mailbox().account().tenant())
                .text(record.mailbox().account().id())
                .text(record.mailbox().folder())
                .number(record.uidValidity())
                .number(record.uid())
                .time(record.arrivedAt())
                .time(record.readAt())
                .text(record.fingerprint())
                .number(record.size())
                .text(record.receiptMessageId())
                .text(record.kind())
                .text(record.receiptType())
                .text(record.originalMessageId())
                .text(record.recipient())
                .time(record.certifiedAt())
                .number(content == null ? null : (Long) content.size())
                .text(content == null ? null : content.sha256());
    }

    private static void bindJudgement(Parameters parameters, ReceiptRecord record) throws SQLException {
        MessageKey message = record.message();
        String eventKey = record.eventKey();
        parameters
                .text(record.verdict().name())
                .text(ProblemList.write(record.problems()))
                .text(record.disposition().name())
                .text(record.reason())
                .text(message == null ? null : message.tenant())
                .text(message == null ? null : message.id())
                .text(eventKey)
                .text(eventKey == null ? null : TextHash.hex(eventKey));
    }

    /** Changes judgements; returns false, having changed nothing, when one is not as expected. */
    static boolean judge(Session session, List<ReceiptJudgement> judgements) throws SQLException {
        Map<Long, Disposition> current = new HashMap<>();
        session.listIn(
                        session.dialect().locking("""
                                        SELECT receipt_seq, disposition FROM {receipt} /*hint*/
                                        WHERE receipt_seq IN (:in) ORDER BY receipt_seq"""),
                        Session.Binder.NONE,
                        judgements.stream()
                                .map(judgement -> judgement.record().id())
                                .sorted()
                                .distinct()
                                .toList(),
                        row -> Map.entry(row.number(), Disposition.valueOf(row.text())))
                .forEach(entry -> current.put(entry.getKey(), entry.getValue()));
        for (ReceiptJudgement judgement : judgements) {
            ReceiptRecord record = judgement.record();
            if (current.put(record.id(), record.disposition()) != judgement.expected()) {
                return false;
            }
        }
        // One event key may pass from one record to another: those that give theirs up come first.
        List<ReceiptRecord> ordered = judgements.stream()
                .map(ReceiptJudgement::record)
                .sorted(Comparator.comparing(record -> record.eventKey() != null))
                .toList();
        session.batch("""
                UPDATE {receipt} SET verdict = ?, problems = ?, disposition = ?, reason = ?, message_tenant = ?,
                    message_key = ?, event_key = ?, event_key_hash = ?
                WHERE receipt_seq = ?""", ordered, (parameters, record) -> {
            bindJudgement(parameters, record);
            parameters.number(record.id());
        });
        return true;
    }

    static void saveCursors(Session session, List<MailboxCursor> cursors) throws SQLException {
        List<MailboxCursor> ordered = cursors.stream()
                .sorted(Comparator.comparing(cursor -> cursor.mailbox().toString()))
                .toList();
        if (ordered.isEmpty()) {
            return;
        }
        // Insert first: the count of an update says in some databases how many rows it found, in others how many it
        // changed.
        session.insertNew("""
                INSERT INTO {mailbox} (uid_validity, last_uid, read_up_to, tenant, account, folder)
                VALUES (?, ?, ?, ?, ?, ?)""", "last_uid", ordered, Receipts::bindCursor);
        session.batch("""
                UPDATE {mailbox} SET uid_validity = ?, last_uid = ?, read_up_to = ?
                WHERE tenant = ? AND account = ? AND folder = ?""", ordered, Receipts::bindCursor);
    }

    private static void bindCursor(Parameters parameters, MailboxCursor cursor) throws SQLException {
        parameters
                .number(cursor.uidValidity())
                .number(cursor.lastUid())
                .time(cursor.readUpTo())
                .text(cursor.mailbox().account().tenant())
                .text(cursor.mailbox().account().id())
                .text(cursor.mailbox().folder());
    }

    /** Deletes what is tied to messages that are deleted. */
    static void deleteOf(Session session, Collection<MessageKey> messages) throws SQLException {
        Map<String, List<String>> idsByTenant = messages.stream()
                .collect(Collectors.groupingBy(
                        MessageKey::tenant, Collectors.mapping(MessageKey::id, Collectors.toList())));
        for (Map.Entry<String, List<String>> tenant : idsByTenant.entrySet()) {
            List<Long> ids = session.listInTexts(
                    "SELECT receipt_seq FROM {receipt} WHERE message_tenant = ? AND message_key IN (:in)",
                    parameters -> parameters.text(tenant.getKey()),
                    tenant.getValue(),
                    Row::number);
            ContentTable.OF_RECEIPTS.delete(session, ids);
            session.updateIn("DELETE FROM {receipt} WHERE receipt_seq IN (:in)", Session.Binder.NONE, ids);
        }
    }

    /** Deletes the oldest of what concerns no message; returns how many. */
    static int deleteUnrelated(Session session, Instant readBefore, int most) throws SQLException {
        List<Long> oldest = session.list(
                session.dialect()
                        .limited("SELECT receipt_seq FROM {receipt} WHERE " + UNRELATED + " ORDER BY receipt_seq"),
                parameters -> parameters.time(readBefore).small(most),
                Row::number);
        // What somebody has just locked is about to be judged anew, and may not be unrelated afterwards.
        List<Long> free = session.listIn(
                session.dialect()
                        .lockingFree("SELECT receipt_seq FROM {receipt} /*hint*/ WHERE " + UNRELATED
                                + " AND receipt_seq IN (:in)"),
                parameters -> parameters.time(readBefore),
                oldest,
                Row::number);
        ContentTable.OF_RECEIPTS.delete(session, free);
        return session.updateIn("DELETE FROM {receipt} WHERE receipt_seq IN (:in)", Session.Binder.NONE, free);
    }

    // ------------------------------------------------------------------------------------------------------ reading

    static Set<String> known(
            Session session, AccountKey account, Collection<String> fingerprints, Collection<String> eventKeys)
            throws SQLException {
        Set<String> known = new HashSet<>(find(session, account, "fingerprint", "fingerprint", fingerprints));
        List<String> hashes = eventKeys.stream().map(TextHash::hex).toList();
        known.addAll(find(session, account, "event_key", "event_key_hash", hashes));
        return known;
    }

    /** Returns a column of the account's records whose other column, unique in it, has one of the values. */
    private static List<String> find(
            Session session, AccountKey account, String column, String unique, Collection<String> values)
            throws SQLException {
        String sql = session.dialect().seeksByOrder()
                ? """
                SELECT next.answer
                FROM (VALUES (?, ?)) AS owner (tenant, account)
                CROSS JOIN (VALUES (:rows)) AS sought (item)
                CROSS JOIN LATERAL (
                    SELECT tenant, account, %2$s AS item, %1$s AS answer FROM {receipt}
                    WHERE (tenant, account, %2$s) >= (owner.tenant, owner.account, sought.item) AND %2$s IS NOT NULL
                    ORDER BY tenant, account, %2$s LIMIT 1) AS next
                WHERE next.tenant = owner.tenant AND next.account = owner.account AND next.item = sought.item"""
                : "SELECT %1$s FROM {receipt} WHERE tenant = ? AND account = ? AND %2$s IN (:in)";
        return session.listInTexts(
                sql.formatted(column, unique),
                parameters -> parameters.text(account.tenant()).text(account.id()),
                values,
                Row::text);
    }

    static List<ReceiptRecord> list(Session session, ReceiptFilter filter) throws SQLException {
        AccountKey account = filter.account();
        MessageKey message = filter.message();
        StringBuilder sql = new StringBuilder("""
                SELECT receipt_seq, tenant, account, folder, uid_validity, mail_uid, arrived_at, read_at, fingerprint,
                    mail_size, receipt_message_id, kind, receipt_type, original_message_id, recipient, certified_at,
                    verdict, problems, disposition, reason, message_tenant, message_key, event_key, content_size
                FROM {receipt} WHERE receipt_seq > ?""");
        sql.append(account == null ? "" : " AND tenant = ? AND account = ?");
        sql.append(message == null ? "" : " AND message_tenant = ? AND message_key = ?");
        if (!filter.dispositions().isEmpty()) {
            sql.append(filter.dispositions().stream()
                    .map(Disposition::name)
                    .sorted()
                    .collect(Collectors.joining("', '", " AND disposition IN ('", "')")));
        }
        sql.append(" ORDER BY receipt_seq");
        return session.list(
                session.dialect().limited(sql.toString()),
                parameters -> {
                    parameters.number(filter.after());
                    if (account != null) {
                        parameters.text(account.tenant()).text(account.id());
                    }
                    if (message != null) {
                        parameters.text(message.tenant()).text(message.id());
                    }
                    parameters.small(filter.limit());
                },
                Receipts::read);
    }

    private static ReceiptRecord read(Row row) throws SQLException {
        return new ReceiptRecord(
                row.number(),
                new MailboxKey(new AccountKey(row.text(), row.text()), row.text()),
                row.number(),
                row.number(),
                row.timeOrNull(),
                row.time(),
                row.text(),
                row.number(),
                row.textOrNull(),
                row.text(),
                row.textOrNull(),
                row.textOrNull(),
                row.textOrNull(),
                row.timeOrNull(),
                Verdict.valueOf(row.text()),
                ProblemList.read(row.text()),
                Disposition.valueOf(row.text()),
                row.text(),
                key(row.textOrNull(), row.textOrNull()),
                row.textOrNull(),
                row.numberOrNull() != null);
    }

    private static @Nullable MessageKey key(@Nullable String tenant, @Nullable String id) {
        return tenant == null || id == null ? null : new MessageKey(tenant, id);
    }

    /** What is needed to open a content: its size and its hash. */
    record Size(long size, String sha256) {}

    static Optional<Size> content(Session session, long id) throws SQLException {
        return session.first(
                "SELECT content_size, content_sha256 FROM {receipt} WHERE receipt_seq = ? AND content_size IS NOT NULL",
                parameters -> parameters.number(id),
                row -> new Size(row.number(), row.text()));
    }

    static Optional<MailboxCursor> cursor(Session session, MailboxKey mailbox) throws SQLException {
        return session.first(
                """
                SELECT uid_validity, last_uid, read_up_to FROM {mailbox}
                WHERE tenant = ? AND account = ? AND folder = ?""",
                parameters -> parameters
                        .text(mailbox.account().tenant())
                        .text(mailbox.account().id())
                        .text(mailbox.folder()),
                row -> new MailboxCursor(mailbox, row.number(), row.number(), row.time()));
    }
}
