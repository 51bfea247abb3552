package io.github.pecmailproxy.imap;

import io.github.pecmailproxy.account.AccountKey;
import java.time.Duration;
import java.util.List;

/**
 * Reads what is new in the accounts' mailboxes. Each mailbox is read by one node at a time, and is only looked at: opened with
 * EXAMINE, read with PEEK, nothing flagged, moved or deleted unless its account asks for it
 * ({@link io.github.pecmailproxy.account.HandledMail}). Thread-safe.
 *
 * @since 0.1.0
 */
public interface ImapReceiptPoller {
    /** How often a mailbox is read when the server cannot tell of new mail, or does not: 60 seconds. */
    Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(60);

    /** After how long IDLE is asked for anew: 9 minutes, well under the 29 that RFC 2177 allows. */
    Duration LONGEST_IDLE = Duration.ofMinutes(9);

    /** How many mailboxes keep a connection between polls: 50. */
    int DEFAULT_IDLE_MAILBOXES = 50;

    /** Up to which share of its quota a mailbox is not spoken of: 0.9. */
    double DEFAULT_QUOTA_WARNING = 0.9;

    /** How often a server is asked how full a mailbox is: every 10 minutes at most. */
    Duration QUOTA_INTERVAL = Duration.ofMinutes(10);

    /**
     * Reads every mailbox once, one after the other, and returns when all are read as far as they can be. A mailbox that fails
     * does not keep the others from being read; it is left out for a while, longer after each failure in a row, and much longer
     * after its server refused the credentials. One that another node reads is left to that node.
     *
     * @return how many mails were recorded
     */
    int pollOnce();

    /**
     * Reads one account's mailbox once, even if it failed a moment ago.
     *
     * @param account whose mailbox
     * @return how many mails were recorded; 0 when there is no such account or it has no mailbox
     */
    int pollOnce(AccountKey account);

    /**
     * Reads a mail again that could not be read before and was passed over. Can be read now, it is recorded as any other, with
     * the event it yields, and is not listed as skipped any more: both or neither, whenever the process dies. Other mail is not
     * touched. A large mail may take a while.
     *
     * @param account whose mailbox
     * @param receiptId the id of its record, as {@code ReceiptArchive.skipped} lists it
     * @return what became of it, never null
     */
    Reread reread(AccountKey account, long receiptId);

    /**
     * Tells how the mailboxes are doing.
     *
     * @return one status for each account with a mailbox, never null
     */
    List<MailboxStatus> mailboxes();
}
