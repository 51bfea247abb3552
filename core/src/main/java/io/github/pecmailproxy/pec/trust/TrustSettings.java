package io.github.pecmailproxy.pec.trust;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@link ProviderTrust} was told, free of Bouncy Castle so that it can be told without it.
 *
 * @param anchors whom to trust, at least one
 * @param allowedDomains the provider domains that count, lower case; empty for all the anchors vouch for
 * @param revocationCheck the host's check, empty when there is none
 * @param clock tells the present, before which a signature must have been made
 * @param cachedChains how many signers' chains are remembered
 * @param maximumOpaqueBytes the largest opaque structure that is looked at
 */
record TrustSettings(
        List<TrustAnchor> anchors,
        Set<String> allowedDomains,
        Optional<RevocationCheck> revocationCheck,
        InstantSource clock,
        int cachedChains,
        int maximumOpaqueBytes) {
    TrustSettings {
        anchors = List.copyOf(anchors);
        allowedDomains = Set.copyOf(allowedDomains);
    }
}
