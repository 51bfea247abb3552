package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.HandledMail;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Marks or moves in the mailbox what was handled, as its account asks. It goes by the records in the store, and keeps there up to
 * which record it came: whatever was committed is marked once, by this process or the next. Dies the process between marking and that
 * note, mails are marked again, which changes nothing.
 */
final class HandledMailPass {
    /** The name under which it keeps how far it came; no folder can have it, for it holds a control character. */
    static final String CURSOR = "handled\nmail";

    /** How long a mail that waits keeps those after it from being marked: 1 hour. What waits longer is left as it is. */
    static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private static final int PAGE = 500;

    private final PollerParts parts;
    private final MailAccount account;
    private final KeptConnection connection;
    private final MailboxLease lease;

    HandledMailPass(PollerParts parts, MailAccount account, KeptConnection connection, MailboxLease lease) {
        this.parts = parts;
        this.account = account;
        this.connection = connection;
        this.lease = lease;
    }

    /**
     * Marks what was handled since the last time, as far as no mail waits to be judged. The lease is held.
     *
     * @return whether the mailbox was opened for it, which leaves another folder open than the one that was read last
     */
    boolean run() throws MailboxException {
        if (account.handledMail() instanceof HandledMail.Untouched) {
            return false;
        }
        MailboxKey place = new MailboxKey(account.key(), CURSOR);
        long done = parts.store().cursor(place).map(MailboxCursor::lastUid).orElse(0L);
        boolean opened = false;
        while (true) {
            List<ReceiptRecord> page = parts.store()
                    .receipts(ReceiptFilter.ALL
                            .ofAccount(account.key())
                            .after(done)
                            .limit(PAGE));
            List<ReceiptRecord> settled =
                    page.stream().takeWhile(record -> !isHeldBackBy(record)).toList();
            if (settled.isEmpty()) {
                return opened;
            }
            opened |= mark(settled);
            done = settled.get(settled.size() - 1).id();
            if (!note(new MailboxCursor(place, 0, done, parts.clock().instant()))) {
                return opened;
            }
            if (settled.size() < PAGE) {
                return opened;
            }
        }
    }

    private boolean isHeldBackBy(ReceiptRecord record) {
        return record.disposition() == Disposition.WAITING
                && record.readAt().plus(LONGEST_WAIT).isAfter(parts.clock().instant());
    }

    private boolean note(MailboxCursor cursor) {
        return new FolderRecording(parts, account, cursor.mailbox(), lease).record(List.of(), cursor);
    }

    private boolean mark(List<ReceiptRecord> records) throws MailboxException {
        Map<String, List<ReceiptRecord>> byFolder = records.stream()
                .filter(record -> record.disposition() == Disposition.RECORDED)
                .filter(record -> account.folders().contains(record.mailbox().folder()))
                .collect(Collectors.groupingBy(
                        record -> record.mailbox().folder(), TreeMap::new, Collectors.toCollection(ArrayList::new)));
        for (Map.Entry<String, List<ReceiptRecord>> folder : byFolder.entrySet()) {
            mark(folder.getKey(), folder.getValue());
        }
        return !byFolder.isEmpty();
    }

    private void mark(String folder, List<ReceiptRecord> records) throws MailboxException {
        MailboxConnection open = connection.get(account);
        FolderState state = open.select(folder);
        // Of a folder that was renumbered meanwhile nobody can tell any more which mails these were.
        long[] uids = records.stream()
                .filter(record -> record.uidValidity() == state.uidValidity())
                .mapToLong(ReceiptRecord::uid)
                .sorted()
                .distinct()
                .toArray();
        if (uids.length == 0) {
            return;
        }
        if (account.handledMail() instanceof HandledMail.Seen) {
            open.flag(uids, "\\Seen");
        } else if (account.handledMail() instanceof HandledMail.Keyword keyword) {
            open.flag(uids, keyword.keyword());
        } else if (account.handledMail() instanceof HandledMail.MovedTo target) {
            open.move(uids, target.folder());
        }
    }
}
