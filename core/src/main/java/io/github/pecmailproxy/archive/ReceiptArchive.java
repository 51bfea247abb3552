package io.github.pecmailproxy.archive;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.evidence.MessageEvidence;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import java.util.List;
import java.util.Optional;

/**
 * The receipts and every other mail that was seen in a mailbox. A mail is its bytes: a copy that does not differ from one seen before,
 * in whatever folder or under whatever UID, has the record of that one. Thread-safe.
 *
 * @since 0.1.0
 */
public interface ReceiptArchive {
    /**
     * Lists what was read and what was made of it: the answer to "why is this receipt not in my system".
     *
     * @param filter which and how many
     * @return the records, never null
     */
    List<ReceiptRecord> list(ReceiptFilter filter);

    /**
     * Lists what could not be read and was passed over, oldest first, with its raw header. {@code ImapReceiptPoller.reread} reads
     * one again.
     *
     * @param account whose mailbox
     * @param after only mails whose record has a greater id; 0 for the first page
     * @param limit how many at most, 1 to {@value ReceiptFilter#GREATEST_LIMIT}
     * @return the mails, never null
     */
    List<SkippedMail> skipped(AccountKey account, long after, int limit);

    /**
     * Finds the bytes of a receipt as they came from the mailbox. Of a mail that was passed over they are its header block.
     *
     * @param receiptId the record's id
     * @return the content, or empty when there is no such record or its bytes were not kept
     */
    Optional<StoredContent> content(long receiptId);

    /**
     * Gathers all that is kept of a message, for exporting it as one file that anybody can verify.
     *
     * @param message which message
     * @return the original as it was sent and every receipt byte for byte; or empty when there is no such message
     */
    Optional<MessageEvidence> evidence(MessageKey message);

    /**
     * Judges again what an account's policy refused, after the trust settings changed. A receipt that counts now yields the event
     * that it would have yielded, with its original time. The other way round nothing is taken back: what counted stays when its
     * provider is trusted no longer, and its evidence says what its signature was worth then and is worth now.
     *
     * @param account whose mailbox
     * @return how many receipts count now that did not before
     */
    int reevaluate(AccountKey account);
}
