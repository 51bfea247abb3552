package io.github.pecmailproxy.pec;

/**
 * What a receipt means for the message it speaks of; the names are wire format. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public enum PecEvent {
    /** The sender's provider accepted the message for all its recipients. */
    PEC_ACCEPTANCE("pec_acceptance"),
    /** The message was delivered to one recipient. */
    PEC_DELIVERY("pec_delivery"),
    /** The message failed: for all recipients (non-accettazione) or for one (errore-consegna, the 24 hour notice). */
    PEC_ERROR("pec_error"),
    /** The message was handed over between providers: information only. */
    PEC_RELAY("pec_relay"),
    /** The message was not delivered yet, and may still be: a warning, not a failure (the 12 hour notice). */
    PEC_DELAY("pec_delay");

    private final String wireName;

    PecEvent(String wireName) {
        this.wireName = wireName;
    }

    /**
     * Returns the name on the wire, such as {@code pec_acceptance}.
     *
     * @return the name, never null
     */
    public String wireName() {
        return wireName;
    }
}
