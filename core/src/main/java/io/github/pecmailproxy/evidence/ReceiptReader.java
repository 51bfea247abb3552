package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.OpaqueContent;
import io.github.pecmailproxy.pec.ParserLimits;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads mails for a verification, and says why a receipt proves nothing. Immutable. */
record ReceiptReader(PecReceiptParser parser) {
    /** The longest original, and the longest copy of it in a receipt, that is compared; it is held in memory meanwhile. */
    static final int LONGEST_COMPARED = 128 << 20;

    static ReceiptReader of(SignatureVerifier verifier, OpaqueContent opaque) {
        return new ReceiptReader(PecReceiptParser.builder()
                .limits(ParserLimits.DEFAULT.withMaxRetainedOriginalBytes(LONGEST_COMPARED))
                .signatureVerifier(verifier)
                .opaqueContent(opaque)
                .build());
    }

    /** Returns why a receipt is no proof, one sentence each; empty when it is. */
    static List<String> objections(CertifiedReceipt receipt) {
        List<String> objections = new ArrayList<>();
        SignatureCheck check = receipt.signature();
        if (check.verdict() != Verdict.TRUSTED) {
            objections.add("its signature is " + check.verdict().wireName()
                    + check.reason().map(reason -> ": " + reason).orElse(""));
        }
        for (Problem problem : receipt.problems()) {
            if (problem.code().excludesProof()) {
                objections.add(problem.detail());
            }
        }
        if (objections.isEmpty() && !receipt.isProof()) {
            objections.add("it certifies nothing that is known");
        }
        return objections;
    }

    /** Returns what a receipt that is proof proves. */
    static Optional<ProvenEvent> proven(CertifiedReceipt receipt, String file) {
        String signer = receipt.signature()
                .signer()
                .map(certificate -> CertificateFacts.of(certificate).subject())
                .orElse("");
        return receipt.event()
                .flatMap(event -> receipt.certifiedTime()
                        .map(time -> new ProvenEvent(
                                event,
                                receipt.originalMessageId().orElse(""),
                                receipt.recipient(),
                                time,
                                receipt.provider(),
                                signer,
                                file)));
    }
}
