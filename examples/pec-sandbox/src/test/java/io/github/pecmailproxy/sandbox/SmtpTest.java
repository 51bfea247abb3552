package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.PASSWORD;
import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static io.github.pecmailproxy.sandbox.TestClient.addresses;
import static io.github.pecmailproxy.sandbox.TestClient.fixed;
import static io.github.pecmailproxy.sandbox.TestClient.message;
import static io.github.pecmailproxy.sandbox.TestClient.receiptTypes;
import static io.github.pecmailproxy.sandbox.TestClient.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SmtpTest {
    private final PecSandbox sandbox =
            TestClient.sandbox().maximumRecipients(3).smtpSizeLimit(5_000).start();

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void keepsWhatItTookByteForByte() throws Exception {
        String raw = message("<byte@acme>", "To: a@altri.example", "X-Strano:  due  spazi ");
        TestClient.sendRaw(sandbox, raw, "a@altri.example");

        AcceptedMessage accepted = sandbox.accepted().get(0);
        assertThat(accepted.text()).isEqualTo(raw);
        assertThat(accepted.number()).isEqualTo(1);
        assertThat(accepted.user()).isEqualTo(SENDER);
        assertThat(accepted.sender()).isEqualTo(SENDER);
        assertThat(accepted.messageId()).contains("<byte@acme>");
        assertThat(accepted.recipients()).containsExactly(new MessageRecipient("a@altri.example", true));
        assertThat(accepted.refusal()).isEmpty();
        assertThat(sandbox.smtp().commands("MAIL")).isEqualTo(1);
        assertThat(sandbox.smtp().connections()).isEqualTo(1);
    }

    @Test
    void speaksStartTlsWithEveryMechanism() throws Exception {
        for (String mechanism : new String[] {"PLAIN", "LOGIN", "XOAUTH2"}) {
            Properties properties = new Properties();
            properties.put("mail.smtp.starttls.enable", "true");
            properties.put("mail.smtp.starttls.required", "true");
            properties.put(
                    "mail.smtp.ssl.socketFactory", sandbox.clientSslContext().getSocketFactory());
            properties.put("mail.smtp.ssl.checkserveridentity", "true");
            properties.put("mail.smtp.auth", "true");
            properties.put("mail.smtp.auth.mechanisms", mechanism);
            try (Transport transport = Session.getInstance(properties).getTransport("smtp")) {
                transport.connect("localhost", sandbox.smtpPort(), SENDER, PASSWORD);
                transport.sendMessage(
                        fixed(message("<" + mechanism + "@acme>", "To: a@altri.example")),
                        addresses("a@altri.example"));
            }
            try (Transport transport = Session.getInstance(properties).getTransport("smtp")) {
                assertThatThrownBy(() -> transport.connect("localhost", sandbox.smtpPort(), SENDER, "sbagliata"))
                        .isInstanceOf(AuthenticationFailedException.class)
                        // a bearer token is refused with a challenge that Angus does not answer
                        .hasMessageContaining(mechanism.equals("XOAUTH2") ? "334" : "535");
            }
        }
        assertThat(sandbox.accepted()).hasSize(3);
        assertThat(sandbox.smtp().transcript()).noneMatch(line -> line.contains(PASSWORD));
    }

    @Test
    void demandsAuthenticationAndTheOwnSender() throws Exception {
        try (RawClient client = new RawClient(sandbox, sandbox.smtpPort())) {
            assertThat(client.reply()).startsWith("220 ");
            client.say("EHLO prova");
            assertThat(client.say("MAIL FROM:<" + SENDER + ">")).startsWith("530 5.7.0");
            assertThat(client.say("AUTH PLAIN " + RawClient.plain(SENDER, PASSWORD)))
                    .startsWith("235 ");
            assertThat(client.say("MAIL FROM:<altri@pec.example>"))
                    .startsWith("553 5.7.1 ")
                    .contains("not owned by user");
            assertThat(client.say("RCPT TO:<a@altri.example>")).startsWith("503 ");
            assertThat(client.say("DATA")).startsWith("503 ");
        }
    }

    @Test
    void obeysTheSmallCommands() throws Exception {
        try (RawClient client = RawClient.submission(sandbox)) {
            assertThat(client.say("NOOP")).startsWith("250 ");
            assertThat(client.say("VRFY mario")).startsWith("252 ");
            assertThat(client.say("XYZ")).startsWith("500 ");
            assertThat(client.say("MAIL FROM:<" + SENDER + ">")).startsWith("250 ");
            assertThat(client.say("MAIL FROM:<" + SENDER + ">")).startsWith("503 ");
            assertThat(client.say("RSET")).startsWith("250 ");
            assertThat(client.say("MAIL FROM:<" + SENDER + "> SIZE=100 BODY=8BITMIME"))
                    .startsWith("250 ");
            assertThat(client.say("RCPT TO:<senza-chiocciola>")).startsWith("501 ");
            assertThat(client.say("QUIT")).startsWith("221 ");
            assertThat(client.line()).isNull();
        }
    }

    @Test
    void takesPipelinedCommandsAndEndsContentOnlyAtCrlfDotCrlf() throws Exception {
        try (RawClient client = RawClient.submission(sandbox)) {
            client.write("MAIL FROM:<" + SENDER + ">\r\nRCPT TO:<a@altri.example>\r\nDATA\r\n");
            assertThat(client.reply()).startsWith("250 ");
            assertThat(client.reply()).startsWith("250 ");
            assertThat(client.reply()).startsWith("354 ");
            client.write("From: " + SENDER + "\r\nTo: a@altri.example\r\n\r\nuno\n.\ndue\r\n..\r\ntre\r\n.\r\n");
            assertThat(client.reply()).startsWith("250 ");
        }
        assertThat(sandbox.accepted()).hasSize(1);
        assertThat(sandbox.accepted().get(0).text()).endsWith("\r\n\r\nuno\n.\ndue\r\n.\r\ntre\r\n");
        assertThat(sandbox.accepted().get(0).messageId()).isEmpty();
        SignedMail acceptance = SignedMail.of(sandbox.mailbox(SENDER).get(0));
        acceptance.assertGenuine(sandbox);
        assertThat(acceptance.parsed().getHeader("X-Riferimento-Message-ID")).isNull();
        assertThat(acceptance.daticert().all("msgid")).isEmpty();
    }

    @Test
    void refusesTooManyRecipientsAndFarTooBigMessages() throws Exception {
        assertThatThrownBy(() ->
                        send(sandbox, "<troppi@acme>", "a@x.example", "b@x.example", "c@x.example", "d@x.example"))
                .hasRootCauseInstanceOf(SMTPAddressFailedException.class)
                .rootCause()
                .hasMessageContaining("452 4.5.3");
        String big = message("<grande@acme>", "To: a@x.example") + "x".repeat(5_000) + "\r\n";
        assertThatThrownBy(() -> TestClient.sendRaw(sandbox, big, "a@x.example"))
                .isInstanceOf(SMTPSendFailedException.class)
                .hasMessageContaining("552 5.3.4");
        try (RawClient client = RawClient.submission(sandbox)) {
            assertThat(client.say("MAIL FROM:<" + SENDER + "> SIZE=5001")).startsWith("552 5.3.4");
        }
        assertThat(sandbox.accepted()).isEmpty();
        assertThat(receiptTypes(sandbox)).isEmpty();
    }

    @Test
    void countsAMailboxNamedTwiceOnce() throws Exception {
        RawClient.submit(
                sandbox,
                SENDER,
                message("<doppio@acme>", "To: a@x.example"),
                "a@x.example",
                "A@x.example",
                "a@X.example");
        assertThat(sandbox.accepted().get(0).recipients()).hasSize(1);
        assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "avvenuta-consegna");
    }

    @Test
    void namesThePortItCannotHave() {
        assertThatThrownBy(() ->
                        PecSandbox.builder().smtpPorts(sandbox.smtpPort(), 0).start())
                .isInstanceOf(java.io.UncheckedIOException.class)
                .hasMessageContaining("smtp on port " + sandbox.smtpPort());
    }

    @Test
    void offersPipeliningOnlyWhenTold() throws Exception {
        try (PecSandbox without = TestClient.sandbox().pipelining(false).start();
                RawClient client = new RawClient(without, without.smtpPort())) {
            client.reply();
            client.say("EHLO prova");
            assertThat(without.smtp().transcript())
                    .noneMatch(line -> line.contains("PIPELINING"))
                    .anyMatch(line -> line.endsWith("250-8BITMIME"))
                    .anyMatch(line -> line.endsWith("250-ENHANCEDSTATUSCODES"))
                    .anyMatch(line -> line.contains("250-SIZE "));
        }
    }

    @Test
    void reportsMistypedSettingsByName() {
        assertThatThrownBy(() ->
                        PecSandbox.builder().account("senza chiocciola", "x").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mailbox")
                .hasMessageContaining("senza chiocciola");
        assertThatThrownBy(() -> PecSandbox.builder().timeScale(0)).hasMessageContaining("factor");
        assertThatThrownBy(() -> PecSandbox.builder().smtpPorts(0, 70_000)).hasMessageContaining("tls");
        assertThatThrownBy(() -> PecSandbox.builder().sizeLimit(-1)).hasMessageContaining("sizeLimit");
        assertThatThrownBy(() -> sandbox.mailbox("nessuno@pec.example")).hasMessageContaining("nessuno@pec.example");
        assertThatThrownBy(() -> new Fate.Undeliverable(DaticertError.ALTRO, "cinque", "x"))
                .hasMessageContaining("status");
    }

    @Test
    void rejectsAClientThatDoesNotKnowTheAuthority() {
        Properties properties = new Properties();
        assertThatThrownBy(() -> {
                    try (Transport transport = Session.getInstance(properties).getTransport("smtps")) {
                        transport.connect(sandbox.host(), sandbox.smtpsPort(), SENDER, PASSWORD);
                    }
                })
                .isInstanceOf(MessagingException.class)
                .hasStackTraceContaining("PKIX");
    }
}
