package io.github.pecmailproxy.sandbox;

/**
 * The seven kinds of receipt and notice, by their {@code X-Ricevuta} value (facts 1.1).
 *
 * @since 0.1.0
 */
public enum ReceiptType {
    /** The sender's provider took the message (RFC 6109 section 3.1.4). */
    ACCETTAZIONE("accettazione", "ACCETTAZIONE: "),
    /** The sender's provider refused the message (RFC 6109 sections 3.1.2 and 3.1.3). */
    NON_ACCETTAZIONE("non-accettazione", "AVVISO DI NON ACCETTAZIONE: "),
    /** One provider took the message over from another; meant for providers only (RFC 6109 section 3.2.1). */
    PRESA_IN_CARICO("presa-in-carico", "PRESA IN CARICO: "),
    /** The message lies in a recipient's mailbox (RFC 6109 section 3.3.2). */
    AVVENUTA_CONSEGNA("avvenuta-consegna", "CONSEGNA: "),
    /** The message could not be delivered to a recipient (RFC 6109 sections 3.3.3 and 3.2.4). */
    ERRORE_CONSEGNA("errore-consegna", "AVVISO DI MANCATA CONSEGNA: "),
    /** No delivery after 12 or 24 hours (RFC 6109 section 3.1.6). */
    PREAVVISO_ERRORE_CONSEGNA("preavviso-errore-consegna", "AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO: "),
    /** A recipient's provider found a virus; meant for providers only (RFC 6109 section 3.2.3). */
    RILEVAZIONE_VIRUS("rilevazione-virus", "PROBLEMA DI SICUREZZA: ");

    private final String wireName;
    private final String subjectPrefix;

    ReceiptType(String wireName, String subjectPrefix) {
        this.wireName = wireName;
        this.subjectPrefix = subjectPrefix;
    }

    /**
     * Returns the value of {@code X-Ricevuta} and of daticert's {@code tipo}.
     *
     * @return the value, never null
     */
    public String wireName() {
        return wireName;
    }

    String subjectPrefix(boolean virus) {
        if (!virus) {
            return subjectPrefix;
        }
        return switch (this) {
            case NON_ACCETTAZIONE -> "AVVISO DI NON ACCETTAZIONE PER VIRUS: ";
            case ERRORE_CONSEGNA -> "AVVISO DI MANCATA CONSEGNA PER VIRUS: ";
            case ACCETTAZIONE, PRESA_IN_CARICO, AVVENUTA_CONSEGNA, PREAVVISO_ERRORE_CONSEGNA, RILEVAZIONE_VIRUS ->
                subjectPrefix;
        };
    }
}
