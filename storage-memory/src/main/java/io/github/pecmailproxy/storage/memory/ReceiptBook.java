package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptJudgement;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What was read from mailboxes, and how far. Not thread-safe: guarded by the store's lock. */
final class ReceiptBook {
    private record Page(ReceiptRecord record, Optional<MemoryContent> content) {}

    /** A fingerprint or an event key within an account. */
    private record Mark(AccountKey account, String text) {}

    private final NavigableMap<Long, Page> pages = new TreeMap<>();
    private final Map<Mark, Long> fingerprints = new HashMap<>();
    private final Map<Mark, Long> eventKeys = new HashMap<>();
    private final Map<MessageKey, Set<Long>> byMessage = new HashMap<>();
    private final Map<MailboxKey, MailboxCursor> cursors = new HashMap<>();
    private long lastId;

    /** Tells whether all of it can be written: no receipt is known or comes twice, every judgement meets what it expects. */
    boolean accepts(List<NewReceipt> receipts, List<ReceiptJudgement> judgements) {
        Set<Mark> newFingerprints = new HashSet<>();
        Map<Mark, Long> newEventKeys = new HashMap<>();
        Map<Long, Disposition> judged = new HashMap<>();
        for (ReceiptJudgement judgement : judgements) {
            long id = judgement.record().id();
            Page page = pages.get(id);
            if (page == null
                    || judged.getOrDefault(id, page.record().disposition()) != judgement.expected()
                    || !isFree(page.record(), judgement.record().eventKey(), id, newEventKeys)) {
                return false;
            }
            judged.put(id, judgement.record().disposition());
        }
        for (NewReceipt receipt : receipts) {
            ReceiptRecord record = receipt.record();
            Mark fingerprint = new Mark(record.mailbox().account(), record.fingerprint());
            if (fingerprints.containsKey(fingerprint)
                    || !newFingerprints.add(fingerprint)
                    || !isFree(record, record.eventKey(), 0, newEventKeys)) {
                return false;
            }
        }
        return true;
    }

    private boolean isFree(ReceiptRecord record, @Nullable String eventKey, long id, Map<Mark, Long> newEventKeys) {
        if (eventKey == null) {
            return true;
        }
        Mark mark = new Mark(record.mailbox().account(), eventKey);
        Long holder = eventKeys.get(mark);
        if (holder != null && holder != id) {
            return false;
        }
        Long newHolder = newEventKeys.put(mark, id);
        // Only a record that is judged twice may bring its key twice; new receipts have no id yet.
        return newHolder == null || (newHolder == id && id != 0);
    }

    void add(ReceiptRecord given, Optional<MemoryContent> content) {
        ReceiptRecord record = Milliseconds.cut(given, ++lastId);
        pages.put(record.id(), new Page(record, content));
        fingerprints.put(new Mark(record.mailbox().account(), record.fingerprint()), record.id());
        index(record);
    }

    void judge(ReceiptRecord judged) {
        Page page = pages.get(judged.id());
        if (page != null) {
            unindex(page.record());
            ReceiptRecord record = page.record()
                    .judged(
                            judged.verdict(),
                            judged.problems(),
                            judged.disposition(),
                            judged.reason(),
                            judged.message(),
                            judged.eventKey());
            pages.put(record.id(), new Page(record, page.content()));
            index(record);
        }
    }

    void removeAllOf(MessageKey message) {
        List.copyOf(byMessage.getOrDefault(message, Set.of())).forEach(this::remove);
    }

    int removeUnrelated(Instant readBefore, int limit) {
        List<Long> disposable = pages.values().stream()
                .map(Page::record)
                .filter(record -> record.disposition().isUnrelated()
                        && record.message() == null
                        && record.readAt().isBefore(readBefore))
                .limit(limit)
                .map(ReceiptRecord::id)
                .toList();
        disposable.forEach(this::remove);
        return disposable.size();
    }

    private void remove(Long id) {
        Page page = pages.remove(id);
        if (page != null) {
            unindex(page.record());
            fingerprints.remove(
                    new Mark(page.record().mailbox().account(), page.record().fingerprint()));
        }
    }

    private void index(ReceiptRecord record) {
        if (record.eventKey() != null) {
            eventKeys.put(new Mark(record.mailbox().account(), record.eventKey()), record.id());
        }
        if (record.message() != null) {
            byMessage.computeIfAbsent(record.message(), any -> new TreeSet<>()).add(record.id());
        }
    }

    private void unindex(ReceiptRecord record) {
        if (record.eventKey() != null) {
            eventKeys.remove(new Mark(record.mailbox().account(), record.eventKey()), record.id());
        }
        if (record.message() != null) {
            byMessage.computeIfPresent(record.message(), (key, ids) -> {
                ids.remove(record.id());
                return ids.isEmpty() ? null : ids;
            });
        }
    }

    Set<String> known(AccountKey account, Collection<String> askedFingerprints, Collection<String> askedEventKeys) {
        Set<String> known = new HashSet<>();
        for (String fingerprint : askedFingerprints) {
            if (fingerprints.containsKey(new Mark(account, fingerprint))) {
                known.add(fingerprint);
            }
        }
        for (String eventKey : askedEventKeys) {
            if (eventKeys.containsKey(new Mark(account, eventKey))) {
                known.add(eventKey);
            }
        }
        return known;
    }

    List<ReceiptRecord> list(ReceiptFilter filter) {
        MessageKey message = filter.message();
        Collection<Long> ids = message == null
                ? pages.tailMap(filter.after(), false).keySet()
                : byMessage.getOrDefault(message, Set.of());
        List<ReceiptRecord> found = new ArrayList<>();
        for (Long id : ids) {
            Page page = pages.get(id);
            if (page != null && matches(page.record(), filter)) {
                found.add(page.record());
                if (found.size() == filter.limit()) {
                    break;
                }
            }
        }
        return found;
    }

    private static boolean matches(ReceiptRecord record, ReceiptFilter filter) {
        return record.id() > filter.after()
                && (filter.account() == null
                        || filter.account().equals(record.mailbox().account()))
                && (filter.dispositions().isEmpty() || filter.dispositions().contains(record.disposition()));
    }

    Optional<MemoryContent> content(long id) {
        return Optional.ofNullable(pages.get(id)).flatMap(Page::content);
    }

    Optional<MailboxCursor> cursor(MailboxKey mailbox) {
        return Optional.ofNullable(cursors.get(mailbox));
    }

    void move(MailboxCursor cursor) {
        cursors.put(
                cursor.mailbox(),
                new MailboxCursor(
                        cursor.mailbox(), cursor.uidValidity(), cursor.lastUid(), Milliseconds.cut(cursor.readUpTo())));
    }
}
