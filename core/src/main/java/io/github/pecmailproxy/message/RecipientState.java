package io.github.pecmailproxy.message;

/**
 * Where a message stands for one recipient.
 *
 * @since 0.1.0
 */
public enum RecipientState {
    /** Nothing is known yet. */
    PENDING,
    /** An ordinary server took the message over for this recipient. The end, bounces aside. */
    SENT,
    /** The provider certified acceptance; delivery is awaited. */
    ACCEPTED,
    /** The 12 hour notice arrived; delivery is still awaited. */
    DELAYED,
    /** Delivery is certified. */
    DELIVERED,
    /** It failed, for the reason that stands beside it. */
    FAILED,
    /** Not a PEC mailbox: accepted, and no delivery receipt will ever come (facts 0.7). */
    EXTERNAL,
    /** Certified receipts contradict each other: a person must look. */
    CONFLICT;

    /**
     * Tells whether an outcome is still awaited.
     *
     * @return true for {@link #PENDING}, {@link #ACCEPTED} and {@link #DELAYED}
     */
    public boolean isOpen() {
        return this == PENDING || this == ACCEPTED || this == DELAYED;
    }
}
