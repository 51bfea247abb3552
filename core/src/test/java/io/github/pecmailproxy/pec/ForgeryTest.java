package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The attacks of facts 2.2, by their letters, as far as they are not among the tricky cases. */
class ForgeryTest {
    private final PecReceiptParser parser =
            PecReceiptParser.builder().signatureVerifier(new DigestVerifier()).build();

    private static final ReceiptMail GENUINE =
            ReceiptMail.receipt("avvenuta-consegna").daticert(Daticert.delivery());

    private CertifiedReceipt receipt(String mail) {
        return (CertifiedReceipt) parser.parse(mail.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void theGenuineReceiptIsAProof() {
        assertThat(receipt(GENUINE.toString()).isProof()).isTrue();
    }

    @Test
    void attackGAReplayWithAnotherReferenceIsNoProofForThatMessage() {
        CertifiedReceipt replay = receipt(
                GENUINE.toString().replaceFirst("X-Riferimento-Message-ID: .*", "X-Riferimento-Message-ID: <other@x>"));

        assertThat(replay.originalMessageId()).contains(ReceiptMail.MESSAGE_ID);
        assertThat(replay.signature().verdict()).isEqualTo(Verdict.TRUSTED);
        assertThat(replay.hasProblem(ProblemCode.HEADER_DATICERT_MISMATCH)).isTrue();
        assertThat(replay.isProof()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Ricevuta: accettazione",
                "x-ricevuta: ERRORE-CONSEGNA",
                "X-Riferimento-Message-ID: <other@x>",
                "From: posta-certificata@provider2.example",
                "Content-Type: text/plain",
                "Message-ID: <other@x>"
            })
    void attackKASecondHeaderWithAnotherValueIsNoProof(String header) {
        for (String mail : new String[] {
            header + "\r\n" + GENUINE, GENUINE.toString().replaceFirst("MIME-Version", header + "\r\nMIME-Version")
        }) {
            PecMail parsed = parser.parse(mail.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(parsed.hasProblem(ProblemCode.DUPLICATE_HEADER)).isTrue();
            assertThat(parsed instanceof CertifiedReceipt receipt && receipt.isProof())
                    .isFalse();
        }
    }

    @Test
    void attackKAmbiguousSortingHeadersMakeTheSignatureUntrusted() {
        CertifiedReceipt receipt = receipt("X-Ricevuta: avvenuta-consegna2\r\n" + GENUINE);

        assertThat(receipt.signature().verdict()).isEqualTo(Verdict.UNTRUSTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p\u00f6sta-certificata@provider.example",
                "POSTA-CERTIFICATA@provider.example",
                "posta-certificata@provider.example, other@example.org",
                "\"posta-certificata@provider.example\" <other@example.org>",
                "posta-certificata@provider.example <other@example.org>",
                "<posta-certificata@provider.example> <other@example.org>",
                "other@example.org (posta-certificata@provider.example)"
            })
    void attackLOnlyTheExactAddressIsTheSigner(String from) {
        String mail = GENUINE.toString().replaceFirst("From: .*", "From: " + from);

        assertThat(receipt(mail).isProof()).isFalse();
    }

    @Test
    void attackJASecondPartOfTheNameIsFoundBehindEveryTrick() {
        String xml = Daticert.delivery().toString();
        for (String name : new String[] {
            "Content-Type: text/plain; name=a.txt; name=daticert.xml",
            "Content-Disposition: attachment; filename=a.txt; filename*=utf-8''daticert.xml",
            "Content-Type: application/pdf; name=\"=?utf-8?B?ZGF0aWNlcnQueG1s?=\"",
            "Content-Type: application/pdf; name*0*=utf-8''dati; name*1=cert.xml"
        }) {
            ReceiptMail mail = ReceiptMail.receipt("avvenuta-consegna")
                    .child(name, xml)
                    .daticert(Daticert.failure("no-dest", "5.1.1 - X - y"));
            PecReceipt receipt = (PecReceipt) parser.parse(mail.bytes());
            assertThat(receipt.hasProblem(ProblemCode.DATICERT_DUPLICATE)).isTrue();
            assertThat(receipt.isProof()).isFalse();
        }
    }

    @Test
    void attackJAPartBehindTheSignedOneIsNotLookedAt() {
        String appended = "------A0B1C2D3E4F5\r\nContent-Type: application/xml; name=daticert.xml\r\n\r\n"
                + Daticert.delivery() + "\r\n------A0B1C2D3E4F5--";
        String mail = ReceiptMail.receipt("avvenuta-consegna").toString().replace("------A0B1C2D3E4F5--", appended);

        CertifiedReceipt receipt = receipt(mail);

        assertThat(receipt.isCertified()).isFalse();
        assertThat(receipt.isProof()).isFalse();
    }

    @Test
    void attackJAPartBeforeTheSignedOneTakesItsPlaceAndBreaksTheSignature() {
        String mail = GENUINE.toString();
        int first = mail.indexOf("------A0B1C2D3E4F5\r\n");
        String forged = mail.substring(0, first)
                + "------A0B1C2D3E4F5\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\n"
                + "Content-Type: application/xml; name=daticert.xml\r\n\r\n" + Daticert.delivery() + "\r\n--f--\r\n"
                + mail.substring(first);

        CertifiedReceipt receipt = receipt(forged);

        assertThat(receipt.signature().verdict()).isEqualTo(Verdict.INVALID);
        assertThat(receipt.isProof()).isFalse();
    }

    @Test
    void anInnerBoundaryThatExtendsTheOuterOneIsNotTakenForIt() {
        String content = "Content-Type: multipart/mixed; boundary=\"----A0B1C2D3E4F5-inner\"\n\n"
                + "------A0B1C2D3E4F5-inner\nContent-Type: application/xml; name=daticert.xml\n\n" + Daticert.delivery()
                + "\n------A0B1C2D3E4F5-inner--\n";

        assertThat(receipt(ReceiptMail.receipt("avvenuta-consegna")
                                .content(content)
                                .toString())
                        .isProof())
                .isTrue();
    }
}
