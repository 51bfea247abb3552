package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MailboxCursor;
import java.util.List;

/**
 * Records what was fetched from a mailbox. Thread-safe.
 *
 * @since 0.1.0
 */
public interface MailRecorder {
    /**
     * Records mails and how far their folder was read, as one unit.
     *
     * @param account whose mailbox
     * @param lease the right to read it
     * @param mails what was fetched, in ascending UID; a mail that was recorded before is passed over
     * @param cursors how far each folder was read, these mails included
     * @return what became of it, never null
     */
    Recording record(MailAccount account, ExclusiveLease lease, List<FetchedMail> mails, List<MailboxCursor> cursors);

    /**
     * Judges again what waits for a transmission to be settled.
     *
     * @param account whose mailbox
     * @return how many still wait
     */
    int recordWaiting(MailAccount account);

    /**
     * What became of a recording.
     *
     * @param recorded how many mails were recorded that were not known before
     * @param waiting how many of them wait for a transmission to be settled
     * @param leaseLost true when nothing was recorded because another node reads the mailbox now
     */
    record Recording(int recorded, int waiting, boolean leaseLost) {}
}
