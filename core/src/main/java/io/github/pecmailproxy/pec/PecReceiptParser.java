package io.github.pecmailproxy.pec;

import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Says what a mail in a PEC mailbox is. Immutable and thread-safe: one parser serves a whole application.
 *
 * <p>The outermost headers sort the mail; the certification in the signed part decides what a receipt says; a disagreement is
 * reported and never resolved in favour of success; subject and body text decide nothing (facts 2.3). Whatever the bytes are,
 * no method throws because of them, and time and memory are bounded by {@link ParserLimits}.
 *
 * <pre>{@code
 * PecReceiptParser parser = PecReceiptParser.create();
 * if (parser.parse(bytes) instanceof CertifiedReceipt receipt) {
 *     System.out.println(receipt.type() + " of " + receipt.originalMessageId());
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public interface PecReceiptParser {
    /** The default of {@link Builder#trackingHeader(String)}. */
    String DEFAULT_TRACKING_HEADER = "X-Genro-Mail-ID";

    /**
     * Creates a parser with default limits that looks at no signature.
     *
     * @return the parser, never null
     */
    static PecReceiptParser create() {
        return builder().build();
    }

    /**
     * Starts to build a parser.
     *
     * @return a builder with the defaults, never null
     */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Parses a mail in memory.
     *
     * @param mail the mail as it came from the wire, from the first header on; not null. The result reads the attached
     *     original from this array when asked, so it must not change while the result is used
     * @return what the mail is, never null
     */
    PecMail parse(byte[] mail);

    /**
     * Parses a mail from a stream, as far as it needs to be read, without closing it. Up to {@link ParserLimits#maxBufferedBytes()} the mail is
     * held in memory; a longer one is parsed as it goes by, whatever its length, with a fixed amount of memory. Then
     * digests other than SHA-1, SHA-256 and the one the mail announces ({@code micalg}) cannot be verified.
     *
     * @param mail the stream, not null
     * @return what the mail is, never null
     * @throws IOException if the stream fails; never for what it contains
     */
    PecMail parse(InputStream mail) throws IOException;

    /**
     * Parses a mail in a file, like a stream.
     *
     * @param mail the file, not null
     * @return what the mail is, never null
     * @throws IOException if the file cannot be read; never for what it contains
     */
    PecMail parse(Path mail) throws IOException;

    /**
     * Parses a message of Jakarta Mail. Its header lines and raw content are taken as they are: a signature verifies as long
     * as the message was not changed since it was read.
     *
     * @param mail the message, not null
     * @return what the mail is, never null; an {@link UnreadableMail} if the message cannot be read from its store
     */
    PecMail parse(MimeMessage mail);

    /**
     * Collects what a parser needs. Not thread-safe.
     *
     * @since 0.1.0
     */
    final class Builder {
        private ParserLimits limits = ParserLimits.DEFAULT;
        private SignatureVerifier signatureVerifier = SignatureVerifier.none();
        private OpaqueContent opaqueContent = OpaqueContent.none();
        private String trackingHeader = DEFAULT_TRACKING_HEADER;

        private Builder() {}

        /**
         * Sets how much of a mail is looked at.
         *
         * @param limits the limits, {@link ParserLimits#DEFAULT} by default; not null
         * @return this builder
         */
        public Builder limits(ParserLimits limits) {
            this.limits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /**
         * Sets who judges signatures. It is asked once for each mail that has one.
         *
         * @param signatureVerifier the verifier, {@link SignatureVerifier#none()} by default; not null
         * @return this builder
         */
        public Builder signatureVerifier(SignatureVerifier signatureVerifier) {
            this.signatureVerifier = Objects.requireNonNull(signatureVerifier, "signatureVerifier");
            return this;
        }

        /**
         * Sets what takes the content out of opaque signatures. No provider uses them, so what is inside is never proof.
         *
         * @param opaqueContent the implementation, {@link OpaqueContent#none()} by default; not null
         * @return this builder
         */
        public Builder opaqueContent(OpaqueContent opaqueContent) {
            this.opaqueContent = Objects.requireNonNull(opaqueContent, "opaqueContent");
            return this;
        }

        /**
         * Sets the header whose value is {@link PecMail#trackingId()}.
         *
         * @param trackingHeader the name, {@value PecReceiptParser#DEFAULT_TRACKING_HEADER} by default; printable ASCII
         *     without colon and blanks; not null
         * @return this builder
         * @throws IllegalArgumentException if it is no header name
         */
        public Builder trackingHeader(String trackingHeader) {
            if (trackingHeader.isEmpty() || !trackingHeader.chars().allMatch(c -> c > ' ' && c < 127 && c != ':')) {
                throw new IllegalArgumentException("trackingHeader \"" + trackingHeader + "\" is no header name");
            }
            this.trackingHeader = trackingHeader;
            return this;
        }

        /**
         * Builds the parser.
         *
         * @return a new parser, never null
         */
        public PecReceiptParser build() {
            return new ScanningReceiptParser(limits, signatureVerifier, opaqueContent, trackingHeader);
        }
    }
}
