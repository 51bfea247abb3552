package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Real messages and the answers their collection expects. */
class RealMailTest {
    private final PecReceiptParser parser = PecReceiptParser.create();

    @TestFactory
    List<DynamicTest> reproducesTheExpectedAnswers() throws IOException {
        List<String> rows =
                Files.readAllLines(SharedSamples.directory().resolve("MANIFEST.tsv"), StandardCharsets.UTF_8);
        List<DynamicTest> tests = new ArrayList<>();
        for (String row : rows.subList(1, rows.size())) {
            String[] cells = row.split("\t", -1);
            tests.add(DynamicTest.dynamicTest(cells[0], () -> check(cells)));
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(9);
        return tests;
    }

    private void check(String[] cells) throws IOException {
        byte[] bytes = SharedSamples.read("real/" + cells[0]);
        PecMail mail = parser.parse(bytes);
        boolean bounce = cells[3].startsWith("bounce");
        assertThat(mail.kind().wireName()).isEqualTo(bounce ? "bounce" : cells[1]);
        assertThat(mail.signature().verdict())
                .isEqualTo(cells[4].equals("unsigned") ? Verdict.UNSIGNED : Verdict.NOT_CHECKED);
        if (mail instanceof CertifiedReceipt receipt) {
            assertThat(receipt.type().wireName()).isEqualTo(cells[2]);
            assertThat(receipt.event().orElseThrow().wireName()).isEqualTo(cells[3].split(" ", 2)[0]);
            String recipient = cells[5].split(" ", 2)[0];
            assertThat(receipt.recipient())
                    .isEqualTo(recipient.equals("-") ? Optional.empty() : Optional.of(recipient));
            assertThat(receipt.isCertified()).isTrue();
            assertThat(receipt.isProof()).isFalse();
        }
        assertThat(mail.problems()).isEmpty();
        PecReceiptParser streaming = PecReceiptParser.builder()
                .limits(ParserLimits.DEFAULT.withMaxBufferedBytes(1))
                .build();
        assertThat(MailText.of(streaming.parse(new ByteArrayInputStream(bytes))))
                .isEqualTo(MailText.of(mail));
    }

    @Test
    void readsEveryDetailOfAFailureNotice() {
        PecReceipt receipt =
                (PecReceipt) parser.parse(SharedSamples.read("real/aruba_2021_errore-consegna_no-dest.eml"));

        Failure failure = receipt.failure().orElseThrow();
        assertThat(failure)
                .isEqualTo(new Failure(
                        FailureReason.RECIPIENT_UNKNOWN,
                        Optional.of("5.1.1"),
                        Optional.of("Aruba Pec S.p.A."),
                        Optional.of("indirizzo non valido"),
                        true));
        assertThat(receipt.error()).contains("no-dest");
        assertThat(receipt.originalMessageId()).contains("<R43YMM$D7F793DD43B6B427D6C13182BD067782@pec.it>");
        assertThat(receipt.providerMessageId()).contains("opec296.20211214145423.22932.377.1.68@pec.aruba.it");
        assertThat(receipt.receiptMessageId()).contains("<opec296.20211214145432.27286.637.1.710.76@pec.aruba.it>");
        assertThat(receipt.certifiedTime().orElseThrow()).isEqualTo("2021-12-14T13:54:32Z");
        assertThat(receipt.sender()).contains("testflosslab@pec.it");
        assertThat(receipt.provider()).contains("ARUBA PEC S.p.A.");
        assertThat(receipt.subject()).contains("prova");
        assertThat(receipt.originalAttached()).isFalse();
        assertThat(receipt.from()).contains("posta-certificata@pec.aruba.it");
    }

    @Test
    void reachesTheOriginalOfACompleteDeliveryReceipt() {
        PecReceipt receipt = (PecReceipt) parser.parse(SharedSamples.read("real/aruba_2018_consegna_completa.eml"));

        AttachedMail original = receipt.original().orElseThrow();
        assertThat(original.messageId())
                .contains("<" + receipt.providerMessageId().orElseThrow() + ">");
        assertThat(original.header("x-riferimento-message-id")).isEqualTo(receipt.originalMessageId());
        assertThat(receipt.format()).contains(ReceiptFormat.COMPLETA);
        assertThat(original.parse(parser).orElseThrow()).isInstanceOf(OrdinaryMail.class);
    }

    @Test
    void readsABounceForEachRecipient() {
        Bounce bounce = (Bounce) parser.parse(SharedSamples.read("real/gmail_dsn_failure.eml"));

        assertThat(bounce.reportingServer()).contains("googlemail.com");
        assertThat(bounce.returnedMessageId())
                .contains("<EA+wfBhrSAT7Jc6+8Y_pi_x6SgRzJO5CT6Mc-uKb57n6aff+u9g@mail.gmail.com>");
        assertThat(bounce.recipients()).hasSize(1);
        BouncedRecipient recipient = bounce.recipients().get(0);
        assertThat(recipient.finalRecipient()).contains("test@tozzi.app");
        assertThat(recipient.action()).contains("failed");
        assertThat(recipient.status()).contains("5.7.0");
        assertThat(recipient.diagnostic().orElseThrow())
                .startsWith("550-Requested action not taken")
                .endsWith("1N7PDv-1tqRg71qLV-014hm4");
    }

    @Test
    void readsRemEvidenceIntoTheSameWords() {
        RemEvidence accepted = rem("REM_SubmissionAcceptance.RA01.eml");
        assertThat(accepted.event()).contains(PecEvent.PEC_ACCEPTANCE);
        assertThat(accepted.originalMessageId()).contains("<30be01d30072$242ddc3f$f9b72bf0$@it>");
        assertThat(accepted.certifiedTime().orElseThrow()).isEqualTo("2022-08-03T14:22:11Z");
        assertThat(accepted.provider()).contains("S-REMS-1 provider");
        assertThat(accepted.sender()).contains("sender@sender-own-domain-only-for-test.it");
        assertThat(accepted.subject()).contains("Oggetto dell'original message - Subject of the original message");
        assertThat(accepted.recipients())
                .extracting(CertifiedRecipient::address)
                .hasSizeGreaterThan(1);
        assertThat(accepted.recipient()).isEmpty();
        assertThat(accepted.providerMessageId())
                .contains("26A0CF65.00566CE0.242DDC3F.85251369.rem-service@s1-rems-only-for-test.it");

        RemEvidence delivered = rem("REM_ContentConsignment1.RD01.eml");
        assertThat(delivered.event()).contains(PecEvent.PEC_DELIVERY);
        assertThat(delivered.recipient()).contains("recC@r2-rems-only-for-test.it");
        assertThat(delivered.failure()).isEmpty();

        RemEvidence failed = rem("REM_ContentConsignmentFailure1.RD04.eml");
        assertThat(failed.event()).contains(PecEvent.PEC_ERROR);
        assertThat(failed.recipient()).contains("recC@r2-rems-only-for-test.it");
        assertThat(failed.failure().orElseThrow().reason()).isEqualTo(FailureReason.MAILBOX_FULL);
        assertThat(failed.failure().orElseThrow().code()).contains("RD04");
        assertThat(failed.failure().orElseThrow().text()).contains("Not consigned for excessing recipient quota");

        RemEvidence rejected = rem("REM_SubmissionRejection.RA02.eml");
        assertThat(rejected.event()).contains(PecEvent.PEC_ERROR);
        assertThat(rejected.type()).isEqualTo(ReceiptType.NON_ACCETTAZIONE);
        assertThat(rejected.failure().orElseThrow().reason()).isEqualTo(FailureReason.FORMAL_ERROR);
    }

    @Test
    void takesARemDispatchForAnEnvelopeAndNotForAnAcceptance() {
        TransportEnvelope dispatch = (TransportEnvelope) parser.parse(SharedSamples.read("rem/REM_Dispatch.RA01.eml"));

        assertThat(dispatch.certification().orElseThrow().protocol()).isEqualTo(CertificationProtocol.REM);
        assertThat(dispatch.message().orElseThrow().header("Subject"))
                .contains("Oggetto dell'original message - Subject of the original message");
    }

    private RemEvidence rem(String name) {
        RemEvidence evidence = (RemEvidence) parser.parse(SharedSamples.read("rem/" + name));
        assertThat(evidence.problems()).isEmpty();
        return evidence;
    }
}
