package io.github.pecmailproxy.internal.imap;

/**
 * Decides from the headers alone whether a mail could speak of a message that was sent, so that its body is worth fetching. Says
 * yes too often rather than too rarely: what it declines is never looked at again.
 */
final class ReceiptCandidate {
    private ReceiptCandidate() {}

    /**
     * Looks at a header block.
     *
     * @param mail the mail's headers
     * @return true when the mail could be a receipt, a REM evidence, an anomaly envelope or a bounce
     */
    static boolean matches(MailHeader mail) {
        String header = mail.header();
        return !mail.complete()
                || HeaderFields.contains(header, "X-Ricevuta")
                || HeaderFields.contains(header, "REM-EventIdentifier")
                || HeaderFields.contains(header, "REM-MessageType")
                // An anomaly envelope wraps the bounces of recipients outside PEC (facts 2.1).
                || HeaderFields.values(header, "X-Trasporto").stream()
                        .anyMatch(value -> HeaderFields.normal(value).contains("errore"))
                || HeaderFields.values(header, "Content-Type").stream()
                        .anyMatch(value -> HeaderFields.normal(value).contains("multipart/report"));
    }
}
