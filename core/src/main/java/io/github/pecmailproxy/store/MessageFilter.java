package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.MessageState;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says which messages to list. Immutable; every condition given must hold.
 *
 * @param tenant whose messages, null for everybody's
 * @param account of which account of that tenant, null for all
 * @param batchCode of which batch, compared exactly, null for all
 * @param states in which of these states; empty for all
 * @param after only messages beyond this sequence in the direction of listing; 0 for the beginning
 * @param newestFirst whether to list in descending order of enqueueing
 * @param limit how many at most, 1 to {@value #GREATEST_LIMIT}
 * @since 0.1.0
 */
public record MessageFilter(
        @Nullable String tenant,
        @Nullable String account,
        @Nullable String batchCode,
        Set<MessageState> states,
        long after,
        boolean newestFirst,
        int limit) {
    /** The greatest number of messages listed at once. */
    public static final int GREATEST_LIMIT = 1_000;

    /** Lists the oldest messages of everybody. */
    public static final MessageFilter ALL = new MessageFilter(null, null, null, Set.of(), 0, false, GREATEST_LIMIT);

    /** Copies the states. */
    public MessageFilter {
        states = Set.copyOf(states);
        if (limit < 1 || limit > GREATEST_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + GREATEST_LIMIT + ": " + limit);
        }
        if (account != null && tenant == null) {
            throw new IllegalArgumentException("an account is named within a tenant");
        }
    }

    /**
     * Restricts the list to a tenant.
     *
     * @param name the tenant
     * @return the narrower filter, never null
     */
    public MessageFilter ofTenant(String name) {
        return new MessageFilter(name, account, batchCode, states, after, newestFirst, limit);
    }

    /**
     * Restricts the list to an account of the filter's tenant.
     *
     * @param id the account's id
     * @return the narrower filter, never null
     */
    public MessageFilter ofAccount(String id) {
        return new MessageFilter(tenant, id, batchCode, states, after, newestFirst, limit);
    }

    /**
     * Restricts the list to a batch.
     *
     * @param code the batch code, compared exactly
     * @return the narrower filter, never null
     */
    public MessageFilter ofBatch(String code) {
        return new MessageFilter(tenant, account, code, states, after, newestFirst, limit);
    }

    /**
     * Restricts the list to some states.
     *
     * @param first a state
     * @param others further states
     * @return the narrower filter, never null
     */
    public MessageFilter inState(MessageState first, MessageState... others) {
        return new MessageFilter(tenant, account, batchCode, EnumSet.of(first, others), after, newestFirst, limit);
    }

    /**
     * Goes on after a message.
     *
     * @param sequence the sequence of the last message listed
     * @return the filter of the next page, never null
     */
    public MessageFilter after(long sequence) {
        return new MessageFilter(tenant, account, batchCode, states, sequence, newestFirst, limit);
    }

    /**
     * Lists the newest messages first.
     *
     * @return the filter, never null
     */
    public MessageFilter reversed() {
        return new MessageFilter(tenant, account, batchCode, states, after, true, limit);
    }

    /**
     * Bounds the number of messages.
     *
     * @param most 1 to {@value #GREATEST_LIMIT}
     * @return the filter, never null
     */
    public MessageFilter limit(int most) {
        return new MessageFilter(tenant, account, batchCode, states, after, newestFirst, most);
    }
}
