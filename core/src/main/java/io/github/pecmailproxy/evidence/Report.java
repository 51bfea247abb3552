package io.github.pecmailproxy.evidence;

import java.util.ArrayList;
import java.util.List;

/** Collects what comes of the checks. Not thread-safe. */
final class Report {
    private final List<EvidenceCheck> checks = new ArrayList<>();
    private final List<ProvenEvent> proven = new ArrayList<>();
    private OriginalProof originalProof = OriginalProof.RECORDED_HASH;

    void passed(EvidenceRule rule, String file, String detail) {
        checks.add(new EvidenceCheck(rule, file, true, detail));
    }

    void failed(EvidenceRule rule, String file, String detail) {
        checks.add(new EvidenceCheck(rule, file, false, detail));
    }

    /** Notes a check with all its objections, or that there are none. */
    void check(EvidenceRule rule, String file, List<String> objections, String otherwise) {
        if (objections.isEmpty()) {
            passed(rule, file, otherwise);
        }
        objections.forEach(objection -> failed(rule, file, objection));
    }

    void proves(ProvenEvent event) {
        proven.add(event);
    }

    List<ProvenEvent> proven() {
        return proven;
    }

    void originalIs(OriginalProof proof) {
        if (proof.compareTo(originalProof) > 0) {
            originalProof = proof;
        }
    }

    EvidenceVerification result() {
        return new EvidenceVerification(checks, proven, originalProof);
    }
}
