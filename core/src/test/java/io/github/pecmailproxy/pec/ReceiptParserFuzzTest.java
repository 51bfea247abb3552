package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * Feeds the parser with whatever a fuzzer makes up, and, in an ordinary run, with what it once found worth keeping: the inputs
 * beside this class among the test resources, all of them composed by this project.
 *
 * <p>To fuzz for half an hour, see the README of the benchmarks.
 */
class ReceiptParserFuzzTest {
    private final PecReceiptParser parser = PecReceiptParser.builder()
            .signatureVerifier(new DigestVerifier())
            .opaqueContent(Optional::of)
            .build();
    private final PecReceiptParser streaming = PecReceiptParser.builder()
            .signatureVerifier(new DigestVerifier())
            .opaqueContent(Optional::of)
            .limits(ParserLimits.DEFAULT.withMaxBufferedBytes(1))
            .build();

    @FuzzTest(maxDuration = "30m")
    void anyBytesAreAnsweredTheSameInMemoryAndFromAStream(byte[] mail) throws IOException {
        PecMail parsed = parser.parse(mail);

        assertThat(parsed.problems()).noneMatch(problem -> problem.code() == ProblemCode.INTERNAL_ERROR);
        String text = MailText.of(parsed);
        assertThat(MailText.of(streaming.parse(new ByteArrayInputStream(mail)))).isEqualTo(text);
        if (parsed instanceof CertifiedReceipt receipt && receipt.isProof()) {
            // Nobody but the composer of the kept inputs can sign: whatever became of them, this is what was signed.
            assertThat(receipt.originalMessageId()).contains(ReceiptMail.MESSAGE_ID);
            assertThat(receipt.providerMessageId()).contains(ReceiptMail.PROVIDER_ID);
        }
        if (parsed instanceof AnomalyEnvelope envelope) {
            envelope.wrapped()
                    .flatMap(wrapped -> wrapped.parse(parser))
                    .ifPresent(wrapped -> assertThat(wrapped.hasProblem(ProblemCode.INTERNAL_ERROR))
                            .isFalse());
        }
    }
}
