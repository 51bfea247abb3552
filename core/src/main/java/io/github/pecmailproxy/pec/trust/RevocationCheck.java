package io.github.pecmailproxy.pec.trust;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Asks whether a signer's certificate had been revoked. Off unless the host supplies one: verification does no network access
 * of its own, and the provider's CA publishes a CRL and an OCSP responder (facts 1.6) that a host may cache as it likes.
 *
 * <p>Called on the verifying thread, once for each mail that would otherwise be trusted, possibly by many threads at once.
 * What it throws is taken as an objection, so that an unreachable responder never turns into trust.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RevocationCheck {
    /**
     * Looks for an objection to a chain that is otherwise valid.
     *
     * @param chain the signer's certificate first, then its issuers as far as their certificates are known; never empty,
     *     immutable
     * @param signingTime the time at which the chain is judged
     * @return one English sentence that says why the chain is not to be trusted, or empty when nothing speaks against it
     */
    Optional<String> objection(List<X509Certificate> chain, Instant signingTime);
}
