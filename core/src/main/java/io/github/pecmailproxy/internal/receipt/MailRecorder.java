package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.util.List;

/**
 * Records what was fetched from a mailbox. Thread-safe.
 *
 * @since 0.1.0
 */
public interface MailRecorder {
    /**
     * Parses mails, verifies their signatures and looks up which were recorded before. Changes nothing, so that it may be done while
     * the unit before is recorded.
     *
     * @param account whose mailbox
     * @param mails what was fetched, in ascending UID; their bytes must be there until the unit is recorded
     * @return what records them, never null
     */
    Unit prepare(MailAccount account, List<FetchedMail> mails);

    /**
     * Records a mail that was passed over before and could be read now. One unit: the mail is recorded and its earlier record is
     * not listed as skipped any more, or neither.
     *
     * @param account whose mailbox
     * @param lease the right to read it
     * @param mail the whole mail
     * @param skipped its earlier record, which must still be unreadable
     * @return what became of it, never null
     */
    Recording recordSkipped(MailAccount account, ExclusiveLease lease, FetchedMail mail, ReceiptRecord skipped);

    /**
     * Judges again what waits for a transmission to be settled.
     *
     * @param account whose mailbox
     * @return how many still wait
     */
    int recordWaiting(MailAccount account);

    /** Mails that can be recorded. Used by one thread at a time. */
    @FunctionalInterface
    interface Unit {
        /**
         * Records the mails and how far their folder was read, together or not at all. A mail that was recorded before is passed
         * over.
         *
         * @param lease the right to read the mailbox
         * @param cursors how far each folder was read, these mails included
         * @return what became of it, never null
         */
        Recording record(ExclusiveLease lease, List<MailboxCursor> cursors);
    }

    /**
     * What became of a recording.
     *
     * @param recorded how many mails were recorded that were not known before
     * @param waiting how many of them wait for a transmission to be settled
     * @param leaseLost true when nothing was recorded because another node reads the mailbox now
     */
    record Recording(int recorded, int waiting, boolean leaseLost) {}
}
