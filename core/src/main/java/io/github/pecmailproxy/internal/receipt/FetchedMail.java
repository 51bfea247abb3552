package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.StoredContent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A mail as it was fetched from a mailbox. Immutable.
 *
 * @param mailbox the folder
 * @param uidValidity the folder's UIDVALIDITY
 * @param uid the mail's UID
 * @param arrivedAt INTERNALDATE, null when the server did not say
 * @param size RFC822.SIZE, in bytes
 * @param header the raw header block, one character for each byte (ISO-8859-1), for a mail whose body was not needed or could not be
 *     read; possibly empty
 * @param content the whole mail, null when only the header was fetched
 * @param trouble why the mail could not be fetched, null when it could or its body was not needed
 * @since 0.1.0
 */
public record FetchedMail(
        MailboxKey mailbox,
        long uidValidity,
        long uid,
        @Nullable Instant arrivedAt,
        long size,
        String header,
        @Nullable StoredContent content,
        @Nullable String trouble) {}
