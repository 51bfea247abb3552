package io.github.pecmailproxy.pec;

/**
 * How much of a mail {@link PecReceiptParser} looks at. What lies beyond a limit is passed over and reported as
 * {@link ProblemCode#LIMIT_EXCEEDED}, except where a limit says otherwise. Immutable and thread-safe.
 *
 * @param maxMailBytes the bytes read of one mail; at least 1
 * @param maxHeaderBytes the bytes read of one header section; at least 1
 * @param maxParts the parts looked at in one multipart; at least 1
 * @param maxDepth the levels of multipart looked at inside an attached original, and of elements in XML; at least 1
 * @param maxCertificationBytes the bytes, encoded as they lie in the mail, of a daticert, an evidence or a delivery status; at least 1
 * @param maxSignatureBytes the bytes, encoded as they lie in the mail, of a signature; at least 1
 * @param maxRecipients the recipients read from a certification or a delivery status; at least 1
 * @param maxBufferedBytes the length up to which a mail from a stream is held in memory while it is parsed and while its
 *     result lives; a longer one is parsed as it goes by; at least 1
 * @param maxRetainedOriginalBytes the length up to which the original attached to a mail that is parsed as it goes by is kept
 *     for {@link AttachedMail#open()}; of a longer one only the headers are kept, which is not a problem; at least 1
 * @since 0.1.0
 */
public record ParserLimits(
        long maxMailBytes,
        int maxHeaderBytes,
        int maxParts,
        int maxDepth,
        int maxCertificationBytes,
        int maxSignatureBytes,
        int maxRecipients,
        int maxBufferedBytes,
        int maxRetainedOriginalBytes) {
    /** The default of {@link #maxMailBytes()}: 512 MiB, five times the largest message a provider takes (facts 1.4). */
    public static final long DEFAULT_MAX_MAIL_BYTES = 512L << 20;

    /** The default of {@link #maxHeaderBytes()}: 256 KiB. */
    public static final int DEFAULT_MAX_HEADER_BYTES = 256 << 10;

    /** The default of {@link #maxParts()}: 1,000 parts. */
    public static final int DEFAULT_MAX_PARTS = 1_000;

    /** The default of {@link #maxDepth()}: 32 levels. */
    public static final int DEFAULT_MAX_DEPTH = 32;

    /** The default of {@link #maxCertificationBytes()}: 1 MiB; a daticert with 1,000 recipients has about 150 kB. */
    public static final int DEFAULT_MAX_CERTIFICATION_BYTES = 1 << 20;

    /** The default of {@link #maxSignatureBytes()}: 256 KiB; real ones have 10 kB. */
    public static final int DEFAULT_MAX_SIGNATURE_BYTES = 256 << 10;

    /** The default of {@link #maxRecipients()}: 5,000 recipients; providers take up to 1,000 (facts 1.4). */
    public static final int DEFAULT_MAX_RECIPIENTS = 5_000;

    /** The default of {@link #maxBufferedBytes()}: 1 MiB. */
    public static final int DEFAULT_MAX_BUFFERED_BYTES = 1 << 20;

    /** The default of {@link #maxRetainedOriginalBytes()}: 1 MiB. */
    public static final int DEFAULT_MAX_RETAINED_ORIGINAL_BYTES = 1 << 20;

    /** The defaults. */
    public static final ParserLimits DEFAULT = new ParserLimits(
            DEFAULT_MAX_MAIL_BYTES,
            DEFAULT_MAX_HEADER_BYTES,
            DEFAULT_MAX_PARTS,
            DEFAULT_MAX_DEPTH,
            DEFAULT_MAX_CERTIFICATION_BYTES,
            DEFAULT_MAX_SIGNATURE_BYTES,
            DEFAULT_MAX_RECIPIENTS,
            DEFAULT_MAX_BUFFERED_BYTES,
            DEFAULT_MAX_RETAINED_ORIGINAL_BYTES);

    /** Refuses limits below 1. */
    public ParserLimits {
        requirePositive(maxMailBytes, "maxMailBytes");
        requirePositive(maxHeaderBytes, "maxHeaderBytes");
        requirePositive(maxParts, "maxParts");
        requirePositive(maxDepth, "maxDepth");
        requirePositive(maxCertificationBytes, "maxCertificationBytes");
        requirePositive(maxSignatureBytes, "maxSignatureBytes");
        requirePositive(maxRecipients, "maxRecipients");
        requirePositive(maxBufferedBytes, "maxBufferedBytes");
        requirePositive(maxRetainedOriginalBytes, "maxRetainedOriginalBytes");
    }

    private static void requirePositive(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", at least 1 is needed");
        }
    }

    /**
     * Returns these limits with another {@link #maxMailBytes()}.
     *
     * @param maxMailBytes the limit, at least 1
     * @return the limits, never null
     * @throws IllegalArgumentException if it is below 1
     */
    public ParserLimits withMaxMailBytes(long maxMailBytes) {
        return new ParserLimits(
                maxMailBytes,
                maxHeaderBytes,
                maxParts,
                maxDepth,
                maxCertificationBytes,
                maxSignatureBytes,
                maxRecipients,
                maxBufferedBytes,
                maxRetainedOriginalBytes);
    }

    /**
     * Returns these limits with another {@link #maxHeaderBytes()}.
     *
     * @param maxHeaderBytes the limit, at least 1
     * @return the limits, never null
     * @throws IllegalArgumentException if it is below 1
     */
    public ParserLimits withMaxHeaderBytes(int maxHeaderBytes) {
        return new ParserLimits(
                maxMailBytes,
                maxHeaderBytes,
                maxParts,
                maxDepth,
                maxCertificationBytes,
                maxSignatureBytes,
                maxRecipients,
                maxBufferedBytes,
                maxRetainedOriginalBytes);
    }

    /**
     * Returns these limits with another {@link #maxParts()}.
     *
     * @param maxParts the limit, at least 1
     * @return the limits, never null
     * @throws IllegalArgumentException if it is below 1
     */
    public ParserLimits withMaxParts(int maxParts) {
        return new ParserLimits(
                maxMailBytes,
                maxHeaderBytes,
                maxParts,
                maxDepth,
                maxCertificationBytes,
                maxSignatureBytes,
                maxRecipients,
                maxBufferedBytes,
                maxRetainedOriginalBytes);
    }

    /**
     * Returns these limits with another {@link #maxDepth()}.
     *
     * @param maxDepth the limit, at least 1
     * @return the limits, never null
     * @throws IllegalArgumentException if it is below 1
     */
    public ParserLimits withMaxDepth(int maxDepth) {
        return new ParserLimits(
                maxMailBytes,
                maxHeaderBytes,
                maxParts,
                maxDepth,
                maxCertificationBytes,
                maxSignatureBytes,
                maxRecipients,
                maxBufferedBytes,
                maxRetainedOriginalBytes);
    }

    /**
     * Returns these limits with another {@link #maxCertificationBytes()}.
     *
     * @param maxCertificationBytes the limit, at least 1
     * @return the limits, never null
     * @throws IllegalArgumentException if it is below 1
     */
    public ParserLimits withMaxCertificationBytes(int maxCertificationBytes) {
        return new ParserLimits(
                maxMailBytes,
                maxHeaderBytes,
                maxParts,
                maxDepth,
                maxCertificationBytes,
                maxSignatureBytes,
                maxRecipients,
                maxBufferedBytes,
                maxRetainedOriginalBytes);
    }

    /**
     * Returns these limits with another {@link #maxSignatureBytes()}.
     *
     * @param maxSignatureBytes the limit, at least 1
     * @return the limits, never null
     * @throws IllegalArgumentException if it is below 1
     */
    public ParserLimits withMaxSignatureBytes(int maxSignatureBytes) {
        return new ParserLimits(
                maxMailBytes,
                maxHeaderBytes,
                maxParts,
                maxDepth,
                maxCertificationBytes,
                maxSignatureBytes,
                maxRecipients,
                maxBufferedBytes,
                maxRetainedOriginalBytes);
    }

    /**
     * Returns these limits with another {@link #maxRecipients()}.
     *
     * @param maxRecipients the limit, at least 1
     * @return the limits, never null
     * @throws IllegalArgumentException if it is below 1
     */
    public ParserLimits withMaxRecipients(int maxRecipients) {
        return new ParserLimits(
                maxMailBytes,
                maxHeaderBytes,
                maxParts,
                maxDepth,
                maxCertificationBytes,
                maxSignatureBytes,
                maxRecipients,
                maxBufferedBytes,
                maxRetainedOriginalBytes);
    }

    /**
     * Returns these limits with another {@link #maxBufferedBytes()}.
     *
     * @param maxBufferedBytes the limit, at least 1
     * @return the limits, never null
     * @throws IllegalArgumentException if it is below 1
     */
    public ParserLimits withMaxBufferedBytes(int maxBufferedBytes) {
        return new ParserLimits(
                maxMailBytes,
                maxHeaderBytes,
                maxParts,
                maxDepth,
                maxCertificationBytes,
                maxSignatureBytes,
                maxRecipients,
                maxBufferedBytes,
                maxRetainedOriginalBytes);
    }

    /**
     * Returns these limits with another {@link #maxRetainedOriginalBytes()}.
     *
     * @param maxRetainedOriginalBytes the limit, at least 1
     * @return the limits, never null
     * @throws IllegalArgumentException if it is below 1
     */
    public ParserLimits withMaxRetainedOriginalBytes(int maxRetainedOriginalBytes) {
        return new ParserLimits(
                maxMailBytes,
                maxHeaderBytes,
                maxParts,
                maxDepth,
                maxCertificationBytes,
                maxSignatureBytes,
                maxRecipients,
                maxBufferedBytes,
                maxRetainedOriginalBytes);
    }
}
