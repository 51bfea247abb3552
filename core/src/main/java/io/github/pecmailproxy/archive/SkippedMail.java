package io.github.pecmailproxy.archive;

import io.github.pecmailproxy.store.MailboxKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A mail that could not be read, several times over, and was passed over. Immutable.
 *
 * @param receiptId the id of its record, by which it can be read again
 * @param mailbox in which folder it lies
 * @param uidValidity the folder's UIDVALIDITY when it was tried
 * @param uid its UID there
 * @param arrivedAt when it arrived at the mailbox, null when the server did not say
 * @param skippedAt when it was given up
 * @param reason why it could not be read
 * @param header its raw header block, one character for each byte (ISO-8859-1); empty when not even that could be read
 * @since 0.1.0
 */
public record SkippedMail(
        long receiptId,
        MailboxKey mailbox,
        long uidValidity,
        long uid,
        @Nullable Instant arrivedAt,
        Instant skippedAt,
        String reason,
        String header) {}
