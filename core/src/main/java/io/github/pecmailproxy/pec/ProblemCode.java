package io.github.pecmailproxy.pec;

import java.util.Locale;

/**
 * What can be wrong with a mail that was read all the same. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public enum ProblemCode {
    /** A header and the certification say different things; what the certification says is reported. */
    HEADER_DATICERT_MISMATCH(true),
    /** There is no {@code daticert.xml}, or no REM evidence, where it belongs: what is reported comes from the headers. */
    DATICERT_MISSING(true),
    /** The certification is not well-formed, has a DOCTYPE or breaks its grammar. */
    DATICERT_MALFORMED(true),
    /** There is more than one certification in the signed part; the first is reported. */
    DATICERT_DUPLICATE(true),
    /** A header that may occur once occurs with different values; the first is reported. */
    DUPLICATE_HEADER(true),
    /** {@code X-Trasporto} and {@code X-Ricevuta} are both there: the mail is an envelope (facts 0.5). */
    ENVELOPE_AND_RECEIPT_HEADERS(true),
    /** A limit of {@link ParserLimits} was exceeded; what lies beyond was not looked at. */
    LIMIT_EXCEEDED(true),
    /** The signed mail does not stand alone but inside another one, or inside the signature: its headers prove nothing. */
    REWRAPPED(true),
    /** A notice about one recipient does not name it. */
    RECIPIENT_MISSING(true),
    /** The certified time is missing or incomplete; where the time zone is missing the {@code Date} header stands in. */
    TIME_NOT_CERTIFIED(true),
    /** The MIME structure has no or a wrong boundary, or ends before its end. */
    MIME_MALFORMED(true),
    /**
     * A hash that stands for an attachment in it is that of no attachment of the message that was sent (RFC 6109 section 3.3.2.2). A
     * parser does not find this: it takes the message that was sent.
     */
    ATTACHMENT_HASH_MISMATCH(true),
    /** A value on the wire that the specification does not know. */
    UNKNOWN_VALUE(false),
    /** A value that only other systems write, such as {@code mancata-consegna}; read as what it means. */
    LEGACY_VALUE(false),
    /** The recipient of the notice is not among the recipients of the message (facts 6.32). */
    RECIPIENT_NOT_LISTED(false),
    /** Text could not be decoded in full: an unknown charset, bytes that do not belong to it, or bad base64. */
    UNDECODABLE_TEXT(false),
    /** There is not one header field: this is no mail. */
    NOT_A_MAIL(true),
    /** The parser failed at this mail: a defect of the parser, never of its caller. */
    INTERNAL_ERROR(true);

    private final boolean contradiction;

    ProblemCode(boolean contradiction) {
        this.contradiction = contradiction;
    }

    /**
     * Tells whether a receipt with this problem is no proof.
     *
     * @return true when it is none
     */
    public boolean excludesProof() {
        return contradiction;
    }

    /**
     * Returns the code in reports, such as {@code header_daticert_mismatch}.
     *
     * @return the code, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
