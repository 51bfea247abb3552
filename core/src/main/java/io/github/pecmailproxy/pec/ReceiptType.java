package io.github.pecmailproxy.pec;

import java.util.Optional;

/**
 * The kinds of receipt and notice a PEC provider issues: the seven values of {@code X-Ricevuta} and of the daticert's
 * {@code tipo} (RFC 6109 section 4.4; facts 0.4), and a place for what is none of them. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public enum ReceiptType {
    /** The sender's provider took the message: one for all recipients (RFC 6109 section 3.1.4). */
    ACCETTAZIONE("accettazione"),
    /** The sender's provider refused the whole message (RFC 6109 sections 3.1.2 and 3.1.3). */
    NON_ACCETTAZIONE("non-accettazione"),
    /** A provider took the message over from another one; meant for providers only (RFC 6109 section 3.2.1). */
    PRESA_IN_CARICO("presa-in-carico"),
    /** The message lies in one recipient's mailbox (RFC 6109 section 3.3.2). */
    AVVENUTA_CONSEGNA("avvenuta-consegna"),
    /** The message could not be delivered to one recipient (RFC 6109 section 3.3.3). */
    ERRORE_CONSEGNA("errore-consegna"),
    /** The message was not delivered in 12 hours, or, with the code 5.4.1, in 24 (RFC 6109 section 3.1.6; facts 0.8). */
    PREAVVISO_ERRORE_CONSEGNA("preavviso-errore-consegna"),
    /** The recipient's provider found malware; meant for providers only (RFC 6109 section 3.2.3). */
    RILEVAZIONE_VIRUS("rilevazione-virus"),
    /** A value that no specification knows: kept and shown, never acted upon (facts 6.37). */
    UNKNOWN("unknown");

    private final String wireName;

    ReceiptType(String wireName) {
        this.wireName = wireName;
    }

    /**
     * Returns the value as it is written in {@code X-Ricevuta} and in the daticert.
     *
     * @return the name, {@code unknown} for {@link #UNKNOWN}; never null
     */
    public String wireName() {
        return wireName;
    }

    /**
     * Finds the type of a value on the wire. Exact: no trimming, no change of case.
     *
     * @param value the value, not null
     * @return the type, or empty when the value is none of the seven
     */
    public static Optional<ReceiptType> fromWireName(String value) {
        for (ReceiptType type : VALUES) {
            if (type != UNKNOWN && type.wireName.equals(value)) {
                return type.itself;
            }
        }
        return Optional.empty();
    }

    private static final ReceiptType[] VALUES = values();
    private final Optional<ReceiptType> itself = Optional.of(this);
}
