package io.github.pecmailproxy.pec;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What was found out about one signature. Immutable and thread-safe.
 *
 * @param verdict what the signature is worth
 * @param reason one English sentence that says why the verdict is not {@link Verdict#TRUSTED}, empty when it is
 * @param digestAlgorithm the JCA name of the digest the signer used, such as {@code SHA-256}; empty when unknown
 * @param signingTime the time at which the chain was judged: the signed attribute, else the certified time; empty when unknown
 * @param chain the signer's certificate first, then its issuers as far as they were followed, up to the anchor where the
 *     mail or the configuration holds it; empty when the signer is unknown
 * @param weakDigest true when the digest is SHA-1, still in use on the wire (facts 1.6)
 * @since 0.1.0
 */
public record SignatureCheck(
        Verdict verdict,
        Optional<String> reason,
        Optional<String> digestAlgorithm,
        Optional<Instant> signingTime,
        List<X509Certificate> chain,
        boolean weakDigest) {

    /** Nobody looked at the signature. */
    public static final SignatureCheck NOT_CHECKED = of(Verdict.NOT_CHECKED, "the signature was not checked");

    /** There is no signature. */
    public static final SignatureCheck UNSIGNED = of(Verdict.UNSIGNED, "the mail carries no signature");

    /** Checks the parts and copies the chain. */
    public SignatureCheck {
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(digestAlgorithm, "digestAlgorithm");
        Objects.requireNonNull(signingTime, "signingTime");
        chain = List.copyOf(chain);
    }

    /**
     * Creates a check of which nothing but the verdict is known.
     *
     * @param verdict the verdict
     * @param reason why it is not {@link Verdict#TRUSTED}
     * @return the check, never null
     */
    public static SignatureCheck of(Verdict verdict, String reason) {
        return new SignatureCheck(verdict, Optional.of(reason), Optional.empty(), Optional.empty(), List.of(), false);
    }

    /**
     * Returns the signer's certificate.
     *
     * @return the first of the chain, or empty when the signer is unknown
     */
    public Optional<X509Certificate> signer() {
        return chain.stream().findFirst();
    }
}
