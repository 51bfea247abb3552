package io.github.pecmailproxy.pec;

import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/**
 * A mail attached to another one: the original in a receipt, the message in an envelope. Read only when asked. Immutable and
 * thread-safe, as long as the array it was parsed from does not change.
 *
 * @since 0.1.0
 */
public sealed interface AttachedMail permits AttachedMailSlice {
    /**
     * Returns the length of the attached mail as it lies in the other one, with its transfer encoding.
     *
     * @return the length in bytes
     */
    long size();

    /**
     * Returns the first header field of a name from the attached mail's outermost headers. Works also where the content was
     * not retained.
     *
     * @param name the name, in any case; not null
     * @return the value, unfolded, trimmed and decoded, or empty
     */
    Optional<String> header(String name);

    /**
     * Returns the attached mail's {@code Message-ID}.
     *
     * @return the id with angle brackets, or empty
     */
    default Optional<String> messageId() {
        return header("Message-ID").flatMap(MessageIds::normalise);
    }

    /**
     * Opens the attached mail, without transfer encoding.
     *
     * @return a new stream that does no I/O; or empty when the content was not retained, because the mail was parsed as it
     *     went by and the original is longer than {@link ParserLimits#maxRetainedOriginalBytes()}
     */
    Optional<InputStream> open();

    /**
     * Reads the hashes that stand for the attachments in the original of a breve receipt: the parts named
     * {@code <name>.hash} with 40 hexadecimal digits of SHA-1 (RFC 6109 section 3.3.2.2).
     *
     * @return the hashes in lower case by the attachments' names without {@code .hash}, in order; never null, immutable, empty
     *     when there are none or the content was not retained
     */
    Map<String, String> hashes();

    /**
     * Parses the attached mail.
     *
     * @param parser the parser, not null
     * @return what the attached mail is, or empty when the content was not retained
     */
    default Optional<PecMail> parse(PecReceiptParser parser) {
        return open().map(stream -> {
            try (stream) {
                return parser.parse(stream.readAllBytes());
            } catch (java.io.IOException impossible) {
                throw new java.io.UncheckedIOException(impossible);
            }
        });
    }
}
