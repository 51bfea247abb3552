package io.github.pecmailproxy.pec;

import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Optional;

/**
 * The signed part of one mail, as a {@link SignatureVerifier} sees it: exact bytes, never re-serialised.
 *
 * <p>Valid only during the call it is passed to; not thread-safe.
 *
 * @since 0.1.0
 */
public interface SignedEntity {
    /**
     * Returns the CMS structure (DER or BER) from the {@code application/pkcs7-signature} part, or of the whole
     * {@code application/pkcs7-mime} body when {@link #detached()} is false, with its transfer encoding removed.
     *
     * @return the CMS bytes, never null, possibly malformed
     */
    byte[] cms();

    /**
     * Tells whether the signed content lies beside the CMS structure (multipart/signed, RFC 8551 section 3.5.3)
     * rather than inside it.
     *
     * @return true for multipart/signed
     */
    boolean detached();

    /**
     * Digests the signed content: the first part of multipart/signed with line ends in canonical CRLF form, without the
     * CRLF that belongs to the boundary (RFC 8551 section 3.1.1). Content that is stored with bare LF yields the digest of
     * its CRLF form. May be called more than once and for several algorithms.
     *
     * @param algorithm a JCA digest name such as {@code SHA-256} or {@code SHA-1}
     * @return the digest, never null
     * @throws NoSuchAlgorithmException if the algorithm is unknown, or was not computed while a stream that cannot be read
     *     again went by
     * @throws IllegalStateException if the entity is not {@link #detached()}
     */
    byte[] digest(String algorithm) throws NoSuchAlgorithmException;

    /**
     * Returns the bare address of the mail's only {@code From} header, without display name and angle brackets.
     *
     * @return the address as written, or empty when there is none, more than one, or it cannot be read
     */
    Optional<String> from();

    /**
     * Returns the certified time of the daticert, the fallback where the signature carries no signing time.
     *
     * @return the time, or empty when there is no readable daticert
     */
    Optional<Instant> certifiedTime();
}
