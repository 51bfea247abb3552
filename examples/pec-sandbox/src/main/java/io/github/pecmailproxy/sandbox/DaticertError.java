package io.github.pecmailproxy.sandbox;

/**
 * The values of daticert's {@code errore} attribute (facts 1.3).
 *
 * @since 0.1.0
 */
public enum DaticertError {
    /** No error. */
    NESSUNO("nessuno"),
    /** The recipient's mailbox is wrong. */
    NO_DEST("no-dest"),
    /** The recipient's domain is wrong. */
    NO_DOMINIO("no-dominio"),
    /** A virus. */
    VIRUS("virus"),
    /** Anything else; some providers use it for unknown mailboxes too (facts 0.9). */
    ALTRO("altro");

    private final String wireName;

    DaticertError(String wireName) {
        this.wireName = wireName;
    }

    /**
     * Returns the attribute's value.
     *
     * @return the value, never null
     */
    public String wireName() {
        return wireName;
    }
}
