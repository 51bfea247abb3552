package io.github.pecmailproxy.pec;

import java.util.Optional;

/**
 * Gets at the content inside an opaque signature ({@code application/pkcs7-mime; smime-type=signed-data}, RFC 8551 section
 * 3.5.2), so that the parser can read what a {@link SignatureVerifier} then judges. Implementations are thread-safe, do no
 * I/O and never throw for anything the bytes contain.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OpaqueContent {
    /**
     * Takes the signed content out of a CMS structure, without judging the signature.
     *
     * @param cms the CMS structure (DER or BER) with its transfer encoding removed
     * @return the signed MIME entity, or empty when there is none inside or the structure cannot be read
     */
    Optional<byte[]> unwrap(byte[] cms);

    /**
     * Returns an implementation that finds nothing, for a parser that runs without a CMS library.
     *
     * @return the implementation, never null
     */
    static OpaqueContent none() {
        return cms -> Optional.empty();
    }
}
