package io.github.pecmailproxy.imap;

import io.github.pecmailproxy.account.AccountKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How reading a mailbox is going, as this node sees it. Immutable.
 *
 * @param account whose mailbox
 * @param lastRead when it was last read to its end, by this node or by the one that reads it now; null when never
 * @param blindSince since when it could not be read, wholly or in part; null when the last attempt succeeded or none was made
 * @param trouble why it could not be read, null when it could
 * @param quota how full it is, null when its server does not tell or was not asked yet
 * @param unread how many mails of the folder that is being read were still to be looked at when this was asked; 0 when it was read
 *     to its end. Of a first reading of years of mail this is the progress
 * @param idling whether the server tells of new mail at once (IDLE)
 * @since 0.1.0
 */
public record MailboxStatus(
        AccountKey account,
        @Nullable Instant lastRead,
        @Nullable Instant blindSince,
        @Nullable String trouble,
        @Nullable MailboxQuota quota,
        long unread,
        boolean idling) {}
