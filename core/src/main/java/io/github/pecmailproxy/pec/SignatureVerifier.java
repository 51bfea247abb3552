package io.github.pecmailproxy.pec;

/**
 * Judges the signature of a mail. Implementations are thread-safe, do no I/O unless they say so, and never throw for
 * anything the mail contains.
 *
 * <p>{@code io.github.pecmailproxy.pec.trust} has the real one; the parser works without.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface SignatureVerifier {
    /**
     * Verifies one signed entity.
     *
     * @param entity the signed part, valid during this call only
     * @return what the signature is worth; never null, never {@link Verdict#UNSIGNED}
     */
    SignatureCheck verify(SignedEntity entity);

    /**
     * Returns a verifier that looks at nothing: every signature is {@link Verdict#NOT_CHECKED}.
     *
     * @return the verifier, never null
     */
    static SignatureVerifier none() {
        return entity -> SignatureCheck.NOT_CHECKED;
    }
}
