package io.github.pecmailproxy.evidence;

import java.util.List;
import java.util.Objects;

/**
 * What came of verifying a bundle. Immutable and thread-safe.
 *
 * @param checks every check in the order in which it was made; after a failure that makes further checks pointless it is the last
 * @param proven what the receipts prove, whatever the index says, in the order of the receipts
 * @param originalProof what proves the content of the original
 * @since 0.1.0
 */
public record EvidenceVerification(List<EvidenceCheck> checks, List<ProvenEvent> proven, OriginalProof originalProof) {
    /** Copies the lists. */
    public EvidenceVerification {
        checks = List.copyOf(checks);
        proven = List.copyOf(proven);
        Objects.requireNonNull(originalProof, "originalProof");
    }

    /**
     * Tells whether everything holds. That is no more than is {@linkplain #proven() proven}: a message without receipts may hold as well.
     *
     * @return true when no check failed
     */
    public boolean holds() {
        return checks.stream().allMatch(EvidenceCheck::passed);
    }

    /**
     * Returns why the bundle does not hold.
     *
     * @return the checks that failed, never null, empty when it holds
     */
    public List<EvidenceCheck> failures() {
        return checks.stream().filter(check -> !check.passed()).toList();
    }
}
