package io.github.pecmailproxy.message;

import java.util.Locale;

/**
 * What can happen to a message. The names are wire format.
 *
 * @since 0.1.0
 */
public enum EventType {
    /** The message was stored and will be sent. */
    QUEUED,
    /** A server took the message over; data {@code smtp_response}. */
    SENT,
    /** A transmission failed or was held back, and another will follow; data {@code reason}, {@code due_ts}. */
    DEFERRED,
    /** The message, or one recipient of it, will not be sent; data {@code error}, {@code recipient}. */
    ERROR,
    /** Whether the server took the message over is not known; data {@code reason}. */
    IN_DOUBT,
    /** The host withdrew the message before it was sent. */
    CANCELLED,
    /** An ordinary mail server reported that it could not deliver (RFC 3464). */
    BOUNCE,
    /** The sender's provider certified that it accepted the message (RFC 6109 section 3.1.4). */
    PEC_ACCEPTANCE,
    /** A recipient's provider certified delivery (RFC 6109 section 3.3.2); one per recipient. */
    PEC_DELIVERY,
    /** A provider certified that the message, or one recipient, failed (RFC 6109 sections 3.1.2, 3.1.6, 3.3.3). */
    PEC_ERROR,
    /** A recipient's provider took the message in charge (RFC 6109 section 3.2.1); informational. */
    PEC_RELAY,
    /** The 12 hour notice (RFC 6109 section 3.1.6): a warning, not a failure. */
    PEC_DELAY,
    /** A receipt is overdue; data {@code stage} {@code acceptance} or {@code delivery}, {@code recipient}. */
    PEC_TIMEOUT;

    /**
     * Returns the name on the wire, such as {@code pec_delivery}.
     *
     * @return the wire name, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds an event type by its name on the wire.
     *
     * @param wireName the name
     * @return the type, never null
     * @throws InvalidValueException if there is no such type
     */
    public static EventType ofWireName(String wireName) {
        for (EventType type : values()) {
            if (type.wireName().equals(wireName)) {
                return type;
            }
        }
        throw new InvalidValueException("event_type", "is unknown: " + InvalidValueException.quote(wireName));
    }

    /**
     * Tells whether the event comes from a PEC provider or from waiting for one.
     *
     * @return true for the {@code pec_} events
     */
    public boolean isPec() {
        return name().startsWith("PEC_");
    }
}
