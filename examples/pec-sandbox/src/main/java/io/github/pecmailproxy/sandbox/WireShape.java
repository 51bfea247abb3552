package io.github.pecmailproxy.sandbox;

/**
 * How a provider writes its mails: part order, encodings, header order, boundaries, identifiers (facts section 4).
 *
 * @since 0.1.0
 */
public enum WireShape {
    /**
     * Aruba until about 2023: upper-level preamble, multipart/alternative, base64 daticert before postacert, disposition
     * inline, {@code application/x-pkcs7-signature}, identifiers {@code opec…}.
     */
    ARUBA_2018(new ArubaOpecStyle()),
    /**
     * Aruba since 2026: boundaries of Java mail, folded and unquoted parameters, {@code X-REM-Subject}, a zone comment in
     * {@code Date}, bilingual text, identifiers {@code jpec…}.
     */
    ARUBA_2026(new ArubaJpecStyle()),
    /**
     * InfoCert Legalmail: postacert before daticert, quoted-printable daticert, disposition attachment, no
     * {@code X-TipoRicevuta} on envelopes, further headers of the original copied to the envelope.
     */
    LEGALMAIL(new LegalmailStyle());

    private final MailStyle style;

    WireShape(MailStyle style) {
        this.style = style;
    }

    MailStyle style() {
        return style;
    }
}
