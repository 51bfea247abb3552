package io.github.pecmailproxy.sandbox;

import java.util.Locale;
import java.util.Optional;

/**
 * How much of the message a delivery receipt gives back (RFC 6109 section 3.3.2).
 *
 * @since 0.1.0
 */
public enum ReceiptVariant {
    /** The whole message. */
    COMPLETA("completa"),
    /** The message with each named part replaced by its SHA-1. */
    BREVE("breve"),
    /** Nothing but the certified facts. */
    SINTETICA("sintetica");

    private final String wireName;

    ReceiptVariant(String wireName) {
        this.wireName = wireName;
    }

    /**
     * Returns the value of {@code X-TipoRicevuta} and of daticert's {@code ricevuta/@tipo}.
     *
     * @return the value, never null
     */
    public String wireName() {
        return wireName;
    }

    static Optional<ReceiptVariant> of(String headerValue) {
        String wanted = headerValue.trim().toLowerCase(Locale.ROOT);
        for (ReceiptVariant variant : values()) {
            if (variant.wireName.equals(wanted)) {
                return Optional.of(variant);
            }
        }
        return Optional.empty();
    }
}
