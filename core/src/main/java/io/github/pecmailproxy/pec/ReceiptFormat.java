package io.github.pecmailproxy.pec;

import java.util.Locale;
import java.util.Optional;

/**
 * The form of delivery receipt the sender asked for, which is not a promise of what is attached (facts 0.10). Immutable and
 * thread-safe.
 *
 * @since 0.1.0
 */
public enum ReceiptFormat {
    /** With the whole original message (RFC 6109 section 3.3.2.1). */
    COMPLETA,
    /** With the original whose attachments are replaced by their hashes (RFC 6109 section 3.3.2.2). */
    BREVE,
    /** Without the original (RFC 6109 section 3.3.2.3). */
    SINTETICA;

    /**
     * Returns the value as the daticert and {@code X-TipoRicevuta} write it.
     *
     * @return the name in lower case, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds the format of a value on the wire.
     *
     * @param value the value in lower case, not null
     * @return the format, or empty when the value is none of the three
     */
    public static Optional<ReceiptFormat> fromWireName(String value) {
        return switch (value) {
            case "completa" -> Optional.of(COMPLETA);
            case "breve" -> Optional.of(BREVE);
            case "sintetica" -> Optional.of(SINTETICA);
            default -> Optional.empty();
        };
    }
}
