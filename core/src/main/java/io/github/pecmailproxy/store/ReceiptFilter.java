package io.github.pecmailproxy.store;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says which recorded mails to list. Immutable; every condition given must hold.
 *
 * @param account from which account's mailbox, null for all
 * @param message tied to which message, null for all
 * @param dispositions with which of these dispositions; empty for all
 * @param after only records with a greater id
 * @param limit how many at most, 1 to {@value #GREATEST_LIMIT}
 * @since 0.1.0
 */
public record ReceiptFilter(
        @Nullable AccountKey account,
        @Nullable MessageKey message,
        Set<Disposition> dispositions,
        long after,
        int limit) {
    /** The greatest number of records listed at once. */
    public static final int GREATEST_LIMIT = 1_000;

    /** Lists the oldest records of everybody. */
    public static final ReceiptFilter ALL = new ReceiptFilter(null, null, Set.of(), 0, GREATEST_LIMIT);

    /** Copies the dispositions. */
    public ReceiptFilter {
        dispositions = Set.copyOf(dispositions);
        if (limit < 1 || limit > GREATEST_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + GREATEST_LIMIT + ": " + limit);
        }
    }

    /**
     * Restricts the list to an account's mailbox.
     *
     * @param key the account
     * @return the narrower filter, never null
     */
    public ReceiptFilter ofAccount(AccountKey key) {
        return new ReceiptFilter(key, message, dispositions, after, limit);
    }

    /**
     * Restricts the list to what is tied to a message.
     *
     * @param key the message
     * @return the narrower filter, never null
     */
    public ReceiptFilter ofMessage(MessageKey key) {
        return new ReceiptFilter(account, key, dispositions, after, limit);
    }

    /**
     * Restricts the list to some dispositions.
     *
     * @param first a disposition
     * @param others further dispositions
     * @return the narrower filter, never null
     */
    public ReceiptFilter with(Disposition first, Disposition... others) {
        return new ReceiptFilter(account, message, EnumSet.of(first, others), after, limit);
    }

    /**
     * Goes on after a record.
     *
     * @param id the id of the last record listed
     * @return the filter of the next page, never null
     */
    public ReceiptFilter after(long id) {
        return new ReceiptFilter(account, message, dispositions, id, limit);
    }

    /**
     * Bounds the number of records.
     *
     * @param most 1 to {@value #GREATEST_LIMIT}
     * @return the filter, never null
     */
    public ReceiptFilter limit(int most) {
        return new ReceiptFilter(account, message, dispositions, after, most);
    }
}
