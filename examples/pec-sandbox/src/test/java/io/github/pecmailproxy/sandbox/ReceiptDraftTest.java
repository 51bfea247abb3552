package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static io.github.pecmailproxy.sandbox.TestClient.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReceiptDraftTest {
    private final PecSandbox sandbox = TestClient.sandbox().start();

    @BeforeEach
    void sendOne() throws Exception {
        send(sandbox, "<nostro@acme>", "a@x.example", "b@x.example");
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    private ReceiptDraft ours(ReceiptType type) {
        return sandbox.draft(type).about(sandbox.accepted().get(0));
    }

    @ParameterizedTest
    @EnumSource(ReceiptType.class)
    void writesGenuineReceiptsOfEveryKind(ReceiptType type) throws Exception {
        sandbox.append(SENDER, ours(type).recipient("b@x.example").toBytes());

        StoredMail mail = sandbox.mailbox(SENDER).get(3);
        SignedMail signed = SignedMail.of(mail);
        signed.assertGenuine(sandbox);
        assertThat(mail.header("X-Ricevuta")).contains(type.wireName());
        assertThat(signed.daticert().type()).isEqualTo(type.wireName());
        assertThat(signed.daticert().only("msgid")).isEqualTo("<nostro@acme>");
        assertThat(signed.daticert().only("identificativo"))
                .isEqualTo(sandbox.accepted().get(0).identifier());
        switch (type) {
            case PRESA_IN_CARICO ->
                assertThat(signed.daticert().all("ricezione")).containsExactly("a@x.example", "b@x.example");
            case RILEVAZIONE_VIRUS -> assertThat(mail.header("X-Mittente")).contains(SENDER);
            case AVVENUTA_CONSEGNA, ERRORE_CONSEGNA, PREAVVISO_ERRORE_CONSEGNA ->
                assertThat(signed.daticert().only("consegna")).isEqualTo("b@x.example");
            case ACCETTAZIONE, NON_ACCETTAZIONE ->
                assertThat(signed.daticert().all("consegna")).isEmpty();
        }
    }

    @Test
    void writesForeignReceiptsThatAreGenuine() throws Exception {
        SignedMail foreign =
                new SignedMail(sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA).toBytes());
        foreign.assertGenuine(sandbox);
        assertThat(foreign.daticert().only("msgid"))
                .isNotEqualTo("<nostro@acme>")
                .endsWith("@altrove.example>");
        assertThat(foreign.fileNames()).contains("postacert.eml");
    }

    @Test
    void forgesWithAStrangersCertificate() throws Exception {
        SignedMail forged = new SignedMail(ours(ReceiptType.AVVENUTA_CONSEGNA)
                .signature(DraftSignature.STRANGER)
                .toBytes());
        assertThat(forged.signatureFits()).isTrue();
        assertThat(forged.chainsTo(sandbox.receiptCa())).isFalse();
        assertThat(forged.signerCertificate().getSubjectX500Principal())
                .isEqualTo(SignedMail.of(sandbox.mailbox(SENDER).get(0))
                        .signerCertificate()
                        .getSubjectX500Principal());
    }

    @Test
    void forgesWithAnotherProvidersCertificate() throws Exception {
        SignedMail forged = new SignedMail(ours(ReceiptType.AVVENUTA_CONSEGNA)
                .signature(DraftSignature.OTHER_PROVIDER)
                .toBytes());
        assertThat(forged.signatureFits()).isTrue();
        assertThat(forged.chainsTo(sandbox.receiptCa())).isTrue();
        assertThat(forged.signerCertificate()
                        .getSubjectAlternativeNames()
                        .iterator()
                        .next())
                .isEqualTo(List.of(1, "posta-certificata@altro-gestore.example"));
    }

    @Test
    void breaksTheSignatureOrLeavesItOut() throws Exception {
        assertThat(new SignedMail(ours(ReceiptType.ACCETTAZIONE)
                                .signature(DraftSignature.BROKEN)
                                .toBytes())
                        .signatureFits())
                .isFalse();
        SignedMail unsigned = new SignedMail(
                ours(ReceiptType.ACCETTAZIONE).signature(DraftSignature.NONE).toBytes());
        assertThat(unsigned.contentType()).startsWith("multipart/mixed");
        assertThat(unsigned.parsed().getHeader("X-Ricevuta")).containsExactly("accettazione");
    }

    @Test
    void swapsDaticertAfterSigning() throws Exception {
        SignedMail forged = new SignedMail(ours(ReceiptType.ERRORE_CONSEGNA)
                .daticertAfterSigning(xml -> xml.replace("errore-consegna", "avvenuta-consegna"))
                .toBytes());
        assertThat(forged.daticert().type()).isEqualTo("avvenuta-consegna");
        assertThat(forged.signatureFits()).isFalse();
    }

    @Test
    void signsWhateverDaticertSays() throws Exception {
        SignedMail odd = new SignedMail(ours(ReceiptType.ACCETTAZIONE)
                .daticert(xml -> xml.replace("&lt;nostro@acme&gt;", "&lt;altrui@acme&gt;"))
                .toBytes());
        odd.assertGenuine(sandbox);
        assertThat(odd.daticert().only("msgid")).isEqualTo("<altrui@acme>");
        assertThat(odd.parsed().getHeader("X-Riferimento-Message-ID")).containsExactly("<nostro@acme>");
        assertThat(new SignedMail(
                                ours(ReceiptType.ACCETTAZIONE).withoutDaticert().toBytes())
                        .fileNames())
                .isEmpty();
        assertThat(new SignedMail(ours(ReceiptType.AVVENUTA_CONSEGNA)
                                .withoutOriginal()
                                .toBytes())
                        .fileNames())
                .containsExactly("daticert.xml");
    }

    @Test
    void editsHeadersThatNoSignatureCovers() throws Exception {
        SignedMail edited = new SignedMail(ours(ReceiptType.ERRORE_CONSEGNA)
                .header("X-Ricevuta", "avvenuta-consegna")
                .addHeader("X-Riferimento-Message-ID", "<secondo@acme>")
                .withoutHeader("Date")
                .toBytes());
        edited.assertGenuine(sandbox);
        assertThat(edited.parsed().getHeader("X-Ricevuta")).containsExactly("avvenuta-consegna");
        assertThat(edited.parsed().getHeader("X-Riferimento-Message-ID"))
                .containsExactly("<secondo@acme>", "<nostro@acme>");
        assertThat(edited.parsed().getHeader("Date")).isNull();
    }

    @Test
    void violatesTheNameConstraintsOnRequest() throws Exception {
        Provider outsider =
                new Provider("fuori.example", "Fuori S.p.A.", WireShape.ARUBA_2018, SignatureDigest.SHA_256);
        SignedMail forged =
                new SignedMail(ours(ReceiptType.ACCETTAZIONE).provider(outsider).toBytes());
        assertThat(forged.signatureFits()).isTrue();
        assertThat(forged.chainsTo(sandbox.receiptRoot())).isFalse();
        try (PecSandbox unbound = TestClient.sandbox().nameConstraints(false).start()) {
            assertThat(new SignedMail(unbound.draft(ReceiptType.ACCETTAZIONE)
                                    .provider(outsider)
                                    .toBytes())
                            .chainsTo(unbound.receiptRoot()))
                    .isTrue();
        }
    }

    @Test
    void overridesEveryFactOfTheMessage() throws Exception {
        SignedMail.Facts facts = new SignedMail(sandbox.draft(ReceiptType.PREAVVISO_ERRORE_CONSEGNA)
                        .sender("s@x.example")
                        .recipients(List.of(
                                new MessageRecipient("r@x.example", true), new MessageRecipient("e@y.example", false)))
                        .recipient("r@x.example")
                        .subject("Oggetto")
                        .identifier("id@x.example")
                        .messageId("<m@x.example>")
                        .error(DaticertError.ALTRO, "5.4.1 - Gestore - tempo scaduto")
                        .finalNotice()
                        .time(Instant.parse("2026-12-31T23:30:00.999Z"))
                        .toBytes())
                .daticert();
        assertThat(facts.only("mittente")).isEqualTo("s@x.example");
        assertThat(facts.all("destinatari")).containsExactly("r@x.example", "e@y.example");
        assertThat(facts.only("oggetto")).isEqualTo("Oggetto");
        assertThat(facts.only("identificativo")).isEqualTo("id@x.example");
        assertThat(facts.only("msgid")).isEqualTo("<m@x.example>");
        assertThat(facts.only("errore-esteso")).isEqualTo("5.4.1 - Gestore - tempo scaduto");
        assertThat(facts.only("giorno") + " " + facts.only("ora")).isEqualTo("01/01/2027 00:30:00");
        assertThatThrownBy(() -> sandbox.draft(ReceiptType.ACCETTAZIONE).recipients(List.of()))
                .hasMessageContaining("recipients");
    }

    @Test
    void wrapsOrdinaryMailInABustaDiAnomalia() throws Exception {
        byte[] ordinary = ("From: Uno <uno@mail.example>\r\nTo: " + SENDER
                        + "\r\nSubject: ACCETTAZIONE: finta\r\nMessage-ID: <ord@mail.example>\r\nX-Ricevuta: accettazione\r\n\r\nciao\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        sandbox.deliverOrdinary(SENDER, ordinary);

        StoredMail mail = sandbox.mailbox(SENDER).get(3);
        SignedMail anomaly = SignedMail.of(mail);
        anomaly.assertGenuine(sandbox);
        assertThat(mail.header("X-Trasporto")).contains("errore");
        assertThat(mail.header("X-Ricevuta")).isEmpty();
        assertThat(mail.header("Subject")).contains("ANOMALIA MESSAGGIO: ACCETTAZIONE: finta");
        assertThat(mail.header("Message-ID")).contains("<ord@mail.example>");
        assertThat(mail.header("From"))
                .contains("\"Per conto di: uno@mail.example\" <posta-certificata@gestore.example>");
        assertThat(anomaly.fileNames()).containsExactly("postacert.eml");
        assertThat(anomaly.postacert().getSubject()).isEqualTo("ACCETTAZIONE: finta");
    }
}
