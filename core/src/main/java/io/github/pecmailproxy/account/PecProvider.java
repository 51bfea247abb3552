package io.github.pecmailproxy.account;

/**
 * The servers of common PEC providers, as a convenience. Providers change them: what an account sets explicitly always wins,
 * and the provider's own page is right.
 *
 * @since 0.1.0
 */
public enum PecProvider {
    /** Aruba PEC; proven on the wire (facts 1.4). */
    ARUBA("smtps.pec.aruba.it", "imaps.pec.aruba.it"),
    /** InfoCert Legalmail; the login is not the address but a code (facts 1.4). */
    LEGALMAIL("sendm.legalmail.it", "mbox.legalmail.it"),
    /** PEC.it. */
    PEC_IT("smtps.pec.it", "imaps.pec.it"),
    /** Register.it. */
    REGISTER_IT("smtp.pec.register.it", "imap.pec.register.it");

    private final String smtpHost;
    private final String imapHost;

    PecProvider(String smtpHost, String imapHost) {
        this.smtpHost = smtpHost;
        this.imapHost = imapHost;
    }

    /**
     * Returns the server to send with.
     *
     * @return the SMTP server, never null
     */
    public MailServer smtp() {
        return new MailServer(smtpHost, MailAccount.SMTPS_PORT, Transport.IMPLICIT_TLS);
    }

    /**
     * Returns the server to read receipts from.
     *
     * @return the IMAP server, never null
     */
    public MailServer imap() {
        return new MailServer(imapHost, MailAccount.IMAPS_PORT, Transport.IMPLICIT_TLS);
    }
}
