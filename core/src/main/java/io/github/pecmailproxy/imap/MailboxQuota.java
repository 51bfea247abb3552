package io.github.pecmailproxy.imap;

/**
 * How full a mailbox is, as its server tells (QUOTA, RFC 9208): the resource that is nearest to its limit. Immutable.
 *
 * @param resource what is limited, such as {@code STORAGE} or {@code MESSAGE}
 * @param used how much is used: for {@code STORAGE} in units of 1,024 bytes, for {@code MESSAGE} in mails
 * @param limit how much there may be, in the same unit
 * @since 0.1.0
 */
public record MailboxQuota(String resource, long used, long limit) {
    /**
     * Tells how much of the limit is used.
     *
     * @return 0 for empty, 1 for full; more where the server lets a mailbox grow over its limit
     */
    public double share() {
        return limit > 0 ? (double) used / limit : 1;
    }
}
