package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.Verdict;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a receipt's signature was found to be worth.
 *
 * @param proof whether the receipt proves what it says
 * @param problems the codes of what is wrong with the receipt
 * @param chain the names of the certificates' files, the signer's first, the anchor's last where there is one
 */
record SignatureFacts(
        Verdict verdict,
        @Nullable String reason,
        boolean proof,
        List<String> problems,
        @Nullable String digest,
        boolean weakDigest,
        @Nullable Instant signingTime,
        List<String> chain) {
    SignatureFacts {
        problems = List.copyOf(problems);
        chain = List.copyOf(chain);
    }

    static SignatureFacts of(PecMail mail, List<String> chain) {
        SignatureCheck check = mail.signature();
        return new SignatureFacts(
                check.verdict(),
                check.reason().orElse(null),
                mail instanceof CertifiedReceipt receipt && receipt.isProof(),
                mail.problems().stream().map(Problem::wireName).distinct().toList(),
                check.digestAlgorithm().orElse(null),
                check.weakDigest(),
                check.signingTime().orElse(null),
                chain);
    }
}
