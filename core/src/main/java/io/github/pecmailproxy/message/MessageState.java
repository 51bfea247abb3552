package io.github.pecmailproxy.message;

/**
 * Where a message stands as a whole. Whether it is suspended is a property of its tenant, account or batch, not of the message.
 *
 * <pre>
 * QUEUED → SENDING → SENT → ACCEPTED | REJECTED            (the last two: PEC only)
 *    ↘ CANCELLED  ↘ DEFERRED → SENDING …
 *                 ↘ FAILED
 *                 ↘ IN_DOUBT → SENT … | DEFERRED | FAILED
 * </pre>
 *
 * @since 0.1.0
 */
public enum MessageState {
    /** Waits for its first transmission. */
    QUEUED,
    /** A node holds its lease and may be transmitting it. */
    SENDING,
    /** Waits for another transmission at a later time. */
    DEFERRED,
    /** A transmission ended without an answer: whether the server has it is not known. Never sent again without a decision. */
    IN_DOUBT,
    /** A server took it over. For an ordinary account the end, bounces aside. */
    SENT,
    /** The provider certified acceptance; each recipient goes on by itself. */
    ACCEPTED,
    /** The provider certified non-acceptance: no recipient gets it. */
    REJECTED,
    /** It was never taken over by a server and will not be sent. */
    FAILED,
    /** The host withdrew it before it was sent. */
    CANCELLED;

    /**
     * Tells whether a message in this state waits in the queue.
     *
     * @return true for {@link #QUEUED} and {@link #DEFERRED}
     */
    public boolean isWaiting() {
        return this == QUEUED || this == DEFERRED;
    }

    /**
     * Tells whether a server is known to have taken the message over.
     *
     * @return true for {@link #SENT}, {@link #ACCEPTED} and {@link #REJECTED}
     */
    public boolean wasSent() {
        return this == SENT || this == ACCEPTED || this == REJECTED;
    }
}
