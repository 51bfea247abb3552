package io.github.pecmailproxy.pec;

import java.util.Locale;

/**
 * What a mail in a PEC mailbox is. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public enum MailKind {
    /** A receipt or notice of a PEC provider: {@link PecReceipt}. */
    RECEIPT,
    /** A certified message, wrapped by the sender's provider: {@link TransportEnvelope}. */
    TRANSPORT_ENVELOPE,
    /** A message that is not certified, wrapped by the recipient's provider: {@link AnomalyEnvelope}. */
    ANOMALY_ENVELOPE,
    /** A receipt of the European successor of PEC: {@link RemEvidence}. */
    REM_EVIDENCE,
    /** A delivery status notification (RFC 3464): {@link Bounce}. */
    BOUNCE,
    /** Any other mail: {@link OrdinaryMail}. */
    ORDINARY,
    /** Not a mail: {@link UnreadableMail}. */
    UNREADABLE;

    /**
     * Returns the name in reports, such as {@code transport-envelope}.
     *
     * @return the name, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
