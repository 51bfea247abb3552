package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.pec.Verdict;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One mail that was seen in a mailbox and what was made of it. Immutable and thread-safe.
 *
 * @param id its number in the store, ascending; 0 before it is stored
 * @param mailbox the folder it was read from
 * @param uidValidity the folder's UIDVALIDITY at that time
 * @param uid its UID there
 * @param arrivedAt when it arrived in the mailbox (INTERNALDATE), null when the server did not say
 * @param readAt when it was read
 * @param fingerprint the SHA-256 of the bytes that were read, 64 lower-case hex digits; one record for each account and fingerprint
 * @param size the size of the mail, in bytes
 * @param receiptMessageId the mail's own Message-ID with angle brackets, null when it has none
 * @param kind what the parser took it for, such as {@code receipt} or {@code transport-envelope}
 * @param receiptType the type as certified, such as {@code avvenuta-consegna}; null when it is no receipt
 * @param originalMessageId the Message-ID of the message it speaks of, null when it names none
 * @param recipient the recipient it speaks of, null when it speaks of all or none
 * @param certifiedAt the certified time, null when there is none
 * @param verdict what its signature is worth
 * @param problems the codes of what is wrong with it, possibly empty
 * @param disposition what was made of it
 * @param reason why, in one English sentence
 * @param message the message it was tied to, null when it was tied to none
 * @param eventKey what makes its event unique within the account: set when it became an event, else null
 * @param contentKept whether its bytes are in the store
 * @since 0.1.0
 */
public record ReceiptRecord(
        long id,
        MailboxKey mailbox,
        long uidValidity,
        long uid,
        @Nullable Instant arrivedAt,
        Instant readAt,
        String fingerprint,
        long size,
        @Nullable String receiptMessageId,
        String kind,
        @Nullable String receiptType,
        @Nullable String originalMessageId,
        @Nullable String recipient,
        @Nullable Instant certifiedAt,
        Verdict verdict,
        List<String> problems,
        Disposition disposition,
        String reason,
        @Nullable MessageKey message,
        @Nullable String eventKey,
        boolean contentKept) {

    /** Copies the problems. */
    public ReceiptRecord {
        problems = List.copyOf(problems);
    }

    /**
     * Judges the mail anew.
     *
     * @param newVerdict what its signature is worth now
     * @param newProblems what is wrong with it now
     * @param newDisposition what is made of it now
     * @param newReason why
     * @param newMessage the message it is tied to now, or null
     * @param newEventKey what makes its event unique, or null
     * @return the record with the new judgement, never null
     */
    public ReceiptRecord judged(
            Verdict newVerdict,
            List<String> newProblems,
            Disposition newDisposition,
            String newReason,
            @Nullable MessageKey newMessage,
            @Nullable String newEventKey) {
        return new ReceiptRecord(
                id,
                mailbox,
                uidValidity,
                uid,
                arrivedAt,
                readAt,
                fingerprint,
                size,
                receiptMessageId,
                kind,
                receiptType,
                originalMessageId,
                recipient,
                certifiedAt,
                newVerdict,
                newProblems,
                newDisposition,
                newReason,
                newMessage,
                newEventKey,
                contentKept);
    }
}
