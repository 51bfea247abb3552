package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static io.github.pecmailproxy.sandbox.TestClient.message;
import static io.github.pecmailproxy.sandbox.TestClient.receiptTypes;
import static io.github.pecmailproxy.sandbox.TestClient.sendRaw;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FormalChecksTest {
    private final PecSandbox sandbox =
            TestClient.sandbox().sizeLimit(2_000).otherSendersReachTheChecks().start();

    @AfterEach
    void stop() {
        sandbox.close();
    }

    private void assertRefused(String reason) throws Exception {
        assertThat(receiptTypes(sandbox)).containsExactly("non-accettazione");
        SignedMail refusal = SignedMail.of(sandbox.mailbox(SENDER).get(0));
        refusal.assertGenuine(sandbox);
        assertThat(refusal.fileNames()).containsExactly("daticert.xml");
        assertThat(refusal.parsed().getSubject()).isEqualTo("AVVISO DI NON ACCETTAZIONE: Prova");
        assertThat(refusal.daticert().type()).isEqualTo("non-accettazione");
        assertThat(refusal.daticert().error()).isEqualTo("altro");
        assertThat(refusal.daticert().only("errore-esteso")).contains(reason);
        assertThat(refusal.daticert().only("msgid")).isEqualTo("<forma@acme>");
        assertThat(refusal.daticert().all("consegna")).isEmpty();
        assertThat(sandbox.accepted().get(0).refusal())
                .hasValueSatisfying(text -> assertThat(text).contains(reason));
    }

    @Test
    void refusesAFilledBcc() throws Exception {
        RawClient.submit(
                sandbox, SENDER, message("<forma@acme>", "To: a@x.example", "Bcc: b@x.example"), "a@x.example");
        assertRefused("Bcc");
    }

    @Test
    void allowsAnEmptyBcc() throws Exception {
        RawClient.submit(sandbox, SENDER, message("<forma@acme>", "To: a@x.example", "Bcc: "), "a@x.example");
        assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "avvenuta-consegna");
    }

    @Test
    void refusesARecipientThatStandsInNoHeader() throws Exception {
        sendRaw(sandbox, message("<forma@acme>", "To: a@x.example"), "a@x.example", "nascosto@x.example");
        assertRefused("destinatari");
    }

    @Test
    void refusesAHeaderRecipientThatIsNotInTheEnvelope() throws Exception {
        sendRaw(sandbox, message("<forma@acme>", "To: a@x.example", "Cc: c@x.example"), "a@x.example");
        assertRefused("destinatari");
    }

    @Test
    void comparesAddressesWithoutRegardToCaseNamesAndGroups() throws Exception {
        sendRaw(
                sandbox,
                message(
                        "<forma@acme>",
                        "To: \"Rossi, Mario\" <A@X.example>, gruppo: b@x.example;",
                        "Cc: c@x.example (nota)"),
                "a@x.example",
                "B@x.example",
                "c@x.example");
        assertThat(receiptTypes(sandbox))
                .containsExactly("accettazione", "avvenuta-consegna", "avvenuta-consegna", "avvenuta-consegna");
    }

    @Test
    void refusesAMessageWithCarbonCopiesOnly() throws Exception {
        sendRaw(sandbox, message("<forma@acme>", "Cc: c@x.example"), "c@x.example");
        assertRefused("To");
    }

    @Test
    void refusesAnotherAuthor() throws Exception {
        RawClient.submit(
                sandbox,
                SENDER,
                message("<forma@acme>", "To: a@x.example").replace("From: " + SENDER, "From: altri@pec.example"),
                "a@x.example");
        assertRefused("From");
    }

    @Test
    void refusesTwoAuthors() throws Exception {
        sendRaw(
                sandbox,
                message("<forma@acme>", "To: a@x.example")
                        .replace("From: " + SENDER, "From: " + SENDER + ", b@pec.example"),
                "a@x.example");
        assertRefused("From");
    }

    @Test
    void refusesAReversePathThatIsNotTheMailbox() throws Exception {
        RawClient.submit(
                sandbox,
                "altri@pec.example",
                message("<forma@acme>", "To: a@x.example").replace("From: " + SENDER, "From: altri@pec.example"),
                "a@x.example");
        assertRefused("casella autenticata");
    }

    @Test
    void refusesASizeTimesRecipientsAboveTheLimit() throws Exception {
        String body = "x".repeat(600) + "\r\n";
        sendRaw(sandbox, message("<forma@acme>", "To: a@x.example") + body, "a@x.example");
        assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "avvenuta-consegna");
        sandbox.expunge(SENDER, 1, 2);

        sendRaw(
                sandbox,
                message("<forma@acme>", "To: a@x.example, b@x.example, c@x.example") + body,
                "a@x.example",
                "b@x.example",
                "c@x.example");
        assertThat(receiptTypes(sandbox)).containsExactly("non-accettazione");
        assertThat(sandbox.accepted().get(1).refusal())
                .hasValueSatisfying(text -> assertThat(text).contains("2000 byte"));
    }
}
