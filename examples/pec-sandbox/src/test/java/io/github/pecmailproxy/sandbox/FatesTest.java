package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static io.github.pecmailproxy.sandbox.TestClient.receiptTypes;
import static io.github.pecmailproxy.sandbox.TestClient.send;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FatesTest {
    private static final Instant NOON = Instant.parse("2026-11-23T11:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final InstantSource clock = now::get;
    private final PecSandbox sandbox = TestClient.sandbox().clock(clock).start();

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void confirmsAcceptanceAndDelivery() throws Exception {
        send(sandbox, "<uno@acme>", "consegnato@altri.example");

        assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "avvenuta-consegna");
        SignedMail acceptance = SignedMail.of(sandbox.mailbox(SENDER).get(0));
        acceptance.assertGenuine(sandbox);
        assertThat(acceptance.parsed().getSubject()).isEqualTo("ACCETTAZIONE: Prova");
        assertThat(acceptance.parsed().getHeader("X-Riferimento-Message-ID")).containsExactly("<uno@acme>");
        assertThat(acceptance.fileNames()).containsExactly("daticert.xml");
        SignedMail.Facts facts = acceptance.daticert();
        assertThat(facts.type()).isEqualTo("accettazione");
        assertThat(facts.error()).isEqualTo("nessuno");
        assertThat(facts.only("mittente")).isEqualTo(SENDER);
        assertThat(facts.only("destinatari")).isEqualTo("consegnato@altri.example");
        assertThat(facts.attribute("destinatari", "tipo")).isEqualTo("certificato");
        assertThat(facts.only("oggetto")).isEqualTo("Prova");
        assertThat(facts.only("msgid")).isEqualTo("<uno@acme>");
        assertThat(facts.only("giorno")).isEqualTo("23/11/2026");
        assertThat(facts.only("ora")).isEqualTo("12:00:00");
        assertThat(facts.attribute("data", "zona")).isEqualTo("+0100");
        assertThat(facts.all("consegna")).isEmpty();

        SignedMail delivery = SignedMail.of(sandbox.mailbox(SENDER).get(1));
        delivery.assertGenuine(sandbox);
        assertThat(delivery.daticert().only("consegna")).isEqualTo("consegnato@altri.example");
        assertThat(delivery.daticert().attribute("ricevuta", "tipo")).isEqualTo("completa");
        assertThat(delivery.daticert().only("identificativo")).isEqualTo(facts.only("identificativo"));
        assertThat(delivery.parsed().getMessageID()).doesNotContain(facts.only("identificativo"));
        MimeMessage original = delivery.postacert();
        assertThat(original.getMessageID()).isEqualTo("<" + facts.only("identificativo") + ">");
        assertThat(original.getHeader("X-Riferimento-Message-ID")).containsExactly("<uno@acme>");
        assertThat((String) original.getContent()).contains("\r\n.una riga con il punto\r\n");
    }

    @Test
    void refusesUnknownFullDisabledAndUnknownDomain() throws Exception {
        assertError("sconosciuto@altri.example", "no-dest", "5.1.1 - Gestore di prova S.p.A. - indirizzo non valido");
        assertError(
                "sconosciuto-altro@altri.example", "altro", "5.1.1 - Gestore di prova S.p.A. - indirizzo non valido");
        assertError("piena@altri.example", "altro", "5.2.2 - Gestore di prova S.p.A. - casella piena");
        assertError(
                "disabilitata2@altri.example",
                "altro",
                "5.2.1 - Gestore di prova S.p.A. - casella disabilitata alla ricezione");
        assertError(
                "dominio.rossi@altri.example", "no-dominio", "5.1.2 - Gestore di prova S.p.A. - dominio non valido");
    }

    private void assertError(String recipient, String error, String extended) throws Exception {
        int before = sandbox.mailbox(SENDER).size();
        send(sandbox, "<" + recipient + ".acme>", recipient);
        List<StoredMail> receipts = sandbox.mailbox(SENDER);
        assertThat(receipts).hasSize(before + 2);
        SignedMail failure = SignedMail.of(receipts.get(before + 1));
        failure.assertGenuine(sandbox);
        assertThat(failure.parsed().getHeader("X-Ricevuta")).containsExactly("errore-consegna");
        assertThat(failure.parsed().getSubject()).isEqualTo("AVVISO DI MANCATA CONSEGNA: Prova");
        assertThat(failure.fileNames()).containsExactly("daticert.xml");
        assertThat(failure.daticert().type()).isEqualTo("errore-consegna");
        assertThat(failure.daticert().error()).isEqualTo(error);
        assertThat(failure.daticert().only("errore-esteso")).isEqualTo(extended);
        assertThat(failure.daticert().only("consegna")).isEqualTo(recipient);
    }

    @Test
    void reportsAVirusFoundByTheRecipientsProvider() throws Exception {
        send(sandbox, "<virus@acme>", "virus@altri.example");

        SignedMail failure = SignedMail.of(sandbox.mailbox(SENDER).get(1));
        failure.assertGenuine(sandbox);
        assertThat(failure.parsed().getHeader("X-Ricevuta")).containsExactly("errore-consegna");
        assertThat(failure.parsed().getHeader("X-VerificaSicurezza")).containsExactly("errore");
        assertThat(failure.parsed().getSubject()).isEqualTo("AVVISO DI MANCATA CONSEGNA PER VIRUS: Prova");
        assertThat(failure.daticert().error()).isEqualTo("virus");
        assertThat(failure.daticert().only("errore-esteso")).startsWith("5.5.1, ");
    }

    @Test
    void acceptsNothingWhenTheSendersProviderFindsAVirus() throws Exception {
        send(sandbox, "<virus@acme>", "consegnato@altri.example", "virus-mittente@altri.example");

        assertThat(receiptTypes(sandbox)).containsExactly("non-accettazione");
        SignedMail refusal = SignedMail.of(sandbox.mailbox(SENDER).get(0));
        refusal.assertGenuine(sandbox);
        assertThat(refusal.parsed().getHeader("X-VerificaSicurezza")).containsExactly("errore");
        assertThat(refusal.parsed().getSubject()).isEqualTo("AVVISO DI NON ACCETTAZIONE PER VIRUS: Prova");
        assertThat(refusal.daticert().type()).isEqualTo("non-accettazione");
        assertThat(refusal.daticert().error()).isEqualTo("virus");
        assertThat(refusal.daticert().all("destinatari"))
                .containsExactly("consegnato@altri.example", "virus-mittente@altri.example");
        assertThat(sandbox.accepted().get(0).refusal()).isPresent();
    }

    @Test
    void sendsTheTwelveHourNoticeAndThenTheDelivery() throws Exception {
        send(sandbox, "<tardi@acme>", "ritardo@altri.example");
        assertThat(receiptTypes(sandbox)).containsExactly("accettazione");

        now.set(NOON.plus(Duration.ofHours(12)));
        sandbox.deliverDue();
        assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "preavviso-errore-consegna");
        SignedMail notice = SignedMail.of(sandbox.mailbox(SENDER).get(1));
        notice.assertGenuine(sandbox);
        assertThat(notice.parsed().getSubject()).isEqualTo("AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO: Prova");
        assertThat(notice.daticert().type()).isEqualTo("preavviso-errore-consegna");
        assertThat(notice.daticert().only("errore-esteso"))
                .doesNotStartWith("5.4.1")
                .contains("prime dodici ore");
        assertThat(notice.daticert().only("giorno") + notice.daticert().only("ora"))
                .isEqualTo("24/11/202600:00:00");

        now.set(NOON.plus(Duration.ofHours(30)));
        sandbox.deliverDue();
        assertThat(receiptTypes(sandbox))
                .containsExactly("accettazione", "preavviso-errore-consegna", "avvenuta-consegna");
        assertThat(SignedMail.of(sandbox.mailbox(SENDER).get(2)).daticert().only("ora"))
                .as("the time at which it was due, not at which it was asked for")
                .isEqualTo("01:00:00");
    }

    @Test
    void givesUpAfterTwentyFourHours() throws Exception {
        sandbox.fate("solo24@altri.example", Fate.timedOutWithoutWarning());
        send(sandbox, "<mai@acme>", "scaduto@altri.example");
        send(sandbox, "<mai2@acme>", "solo24@altri.example");

        now.set(NOON.plus(Duration.ofHours(24)));
        sandbox.deliverDue();
        List<StoredMail> receipts = sandbox.mailbox(SENDER);
        assertThat(receiptTypes(sandbox))
                .containsExactly(
                        "accettazione",
                        "accettazione",
                        "preavviso-errore-consegna",
                        "preavviso-errore-consegna",
                        "preavviso-errore-consegna");
        assertThat(SignedMail.of(receipts.get(2)).daticert().only("errore-esteso"))
                .contains("prime dodici ore");
        assertThat(SignedMail.of(receipts.get(3)).daticert().only("errore-esteso"))
                .startsWith("5.4.1 - ");
        assertThat(SignedMail.of(receipts.get(4)).daticert().only("consegna")).isEqualTo("solo24@altri.example");
        assertThat(sandbox.pending()).isZero();
    }

    @Test
    void staysSilentAfterAcceptance() throws Exception {
        send(sandbox, "<zitto@acme>", "silenzio@altri.example");

        now.set(NOON.plus(Duration.ofDays(30)));
        sandbox.deliverDue();
        assertThat(receiptTypes(sandbox)).containsExactly("accettazione");
    }

    @Test
    void listsExternalRecipientsAndSendsNoReceiptForThem() throws Exception {
        send(sandbox, "<fuori@acme>", "consegnato@altri.example", "esterno@mail.example");

        assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "avvenuta-consegna");
        String xml = SignedMail.of(sandbox.mailbox(SENDER).get(0)).daticertXml();
        assertThat(xml)
                .contains("<destinatari tipo=\"certificato\">consegnato@altri.example</destinatari>")
                .contains("<destinatari tipo=\"esterno\">esterno@mail.example</destinatari>");
    }

    @Test
    void wrapsTheBounceOfAnExternalRecipient() throws Exception {
        send(sandbox, "<rimbalzo@acme>", "esterno-rimbalzo@mail.example");

        assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "-");
        SignedMail anomaly = SignedMail.of(sandbox.mailbox(SENDER).get(1));
        anomaly.assertGenuine(sandbox);
        assertThat(anomaly.parsed().getHeader("X-Trasporto")).containsExactly("errore");
        assertThat(anomaly.parsed().getHeader("X-Riferimento-Message-ID")).isNull();
        assertThat(anomaly.parsed().getSubject()).isEqualTo("ANOMALIA MESSAGGIO: Undelivered Mail Returned to Sender");
        assertThat(anomaly.fileNames()).containsExactly("postacert.eml");
        MimeMessage bounce = anomaly.postacert();
        assertThat(anomaly.parsed().getMessageID()).isEqualTo(bounce.getMessageID());
        assertThat(bounce.getContentType()).startsWith("multipart/report").contains("delivery-status");
        Multipart report = (Multipart) bounce.getContent();
        assertThat(new String(
                        report.getBodyPart(1).getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.US_ASCII))
                .contains("Final-Recipient: rfc822; esterno-rimbalzo@mail.example")
                .contains("Status: 5.1.1");
        MimeMessage envelope = (MimeMessage) report.getBodyPart(2).getContent();
        assertThat(envelope.getHeader("X-Trasporto")).containsExactly("posta-certificata");
        assertThat(envelope.getHeader("X-Riferimento-Message-ID")).containsExactly("<rimbalzo@acme>");
    }

    @Test
    void refusesAMessageForOneRecipientsSake() throws Exception {
        send(sandbox, "<no@acme>", "rifiutato@altri.example");

        SignedMail refusal = SignedMail.of(sandbox.mailbox(SENDER).get(0));
        assertThat(receiptTypes(sandbox)).containsExactly("non-accettazione");
        assertThat(refusal.parsed().getSubject()).isEqualTo("AVVISO DI NON ACCETTAZIONE: Prova");
        assertThat(refusal.parsed().getHeader("X-VerificaSicurezza")).isNull();
        assertThat(refusal.daticert().error()).isEqualTo("altro");
    }

    @Test
    void deliversToItsOwnMailboxesForReal() throws Exception {
        sandbox.account("beta@pec.example", "altro");
        send(sandbox, "<vero@acme>", "beta@pec.example");

        assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "avvenuta-consegna");
        StoredMail arrived = sandbox.mailbox("beta@pec.example").get(0);
        SignedMail envelope = SignedMail.of(arrived);
        envelope.assertGenuine(sandbox);
        assertThat(arrived.header("X-Trasporto")).contains("posta-certificata");
        assertThat(arrived.header("X-TipoRicevuta")).contains("completa");
        assertThat(arrived.header("From"))
                .contains("\"Per conto di: acme@pec.example\" <posta-certificata@gestore.example>");
        assertThat(arrived.header("Reply-To")).contains("acme@pec.example");
        assertThat(arrived.header("Subject")).contains("POSTA CERTIFICATA: Prova");
        assertThat(arrived.header("Message-ID"))
                .contains("<" + sandbox.accepted().get(0).identifier() + ">");
        assertThat(arrived.header("X-Riferimento-Message-ID")).contains("<vero@acme>");
        assertThat(envelope.daticert().type()).isEqualTo("posta-certificata");
        assertThat(envelope.fileNames()).containsExactly("daticert.xml", "postacert.eml");
    }

    @Test
    void prefersTheChosenFateToTheAddress() throws Exception {
        sandbox.fate("Consegnato@altri.example", Fate.mailboxFull());
        send(sandbox, "<scelto@acme>", "consegnato@altri.example");

        assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "errore-consegna");
    }

    @Test
    void writesDifferentIdentifiersInTwoSandboxesUnderTheSameClock() throws Exception {
        try (PecSandbox other = TestClient.sandbox().clock(clock).start()) {
            send(sandbox, "<primo@acme>", "a@altri.example");
            send(other, "<secondo@acme>", "a@altri.example");
            assertThat(other.accepted().get(0).identifier())
                    .isNotEqualTo(sandbox.accepted().get(0).identifier());
            assertThat(other.mailbox(SENDER).get(0).header("Message-ID"))
                    .isNotEqualTo(sandbox.mailbox(SENDER).get(0).header("Message-ID"));
        }
    }

    @Test
    void writesOneAcceptanceAndOneOutcomePerRecipient() throws Exception {
        send(sandbox, "<molti@acme>", "a@altri.example", "piena@altri.example", "b@altri.example");

        assertThat(receiptTypes(sandbox))
                .containsExactly("accettazione", "avvenuta-consegna", "errore-consegna", "avvenuta-consegna");
        SignedMail last = SignedMail.of(sandbox.mailbox(SENDER).get(3));
        assertThat(last.daticert().only("consegna")).isEqualTo("b@altri.example");
        assertThat(last.daticert().all("destinatari"))
                .containsExactly("a@altri.example", "piena@altri.example", "b@altri.example");
    }
}
