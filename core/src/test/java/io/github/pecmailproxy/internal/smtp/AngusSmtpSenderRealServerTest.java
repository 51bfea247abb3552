package io.github.pecmailproxy.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.smtp.RefusedRecipient;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.Transmission;
import io.github.pecmailproxy.testing.BytesContent;
import io.github.pecmailproxy.testing.PostfixServer;
import io.github.pecmailproxy.testing.TestCertificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sending through Postfix, with login over implicit TLS and STARTTLS. */
@Tag("real-servers")
class AngusSmtpSenderRealServerTest {
    private static final TestCertificate CERTIFICATE = TestCertificate.forHost("localhost");
    private static PostfixServer postfix;

    private final AngusSmtpSender sender = new AngusSmtpSender(InstantSource.system());

    @BeforeAll
    static void start() {
        postfix = PostfixServer.start(CERTIFICATE);
    }

    @AfterAll
    static void stop() {
        if (postfix != null) {
            postfix.close();
        }
    }

    @AfterEach
    void close() {
        sender.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"STARTTLS", "IMPLICIT_TLS"})
    void deliversTheBytesThatWereStored(Transport transport) {
        String body = "\r\n.\r\n..\r\nA line.\r\n.hidden\r\n\r\n" + transport + "\r\n";
        String message = "Message-ID: <1@example.org>\r\nSubject: dots\r\n" + body;

        SendOutcome outcome = sender.send(transmission(account(transport).build(), message, "carol@example.org"));

        assertThat(outcome).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(((SendOutcome.Accepted) outcome).reply().text()).contains("queued as");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> postfix.delivered().stream().anyMatch(mail -> mail.endsWith(body.replace("\r\n", "\n"))));
    }

    @Test
    void sendsManyOnOneConnection() {
        MailAccount account = account(Transport.IMPLICIT_TLS).maxConnections(1).build();

        for (int i = 0; i < 20; i++) {
            assertThat(sender.send(transmission(account, "Subject: " + i + "\r\n\r\nHello\r\n", "carol@example.net")))
                    .isInstanceOf(SendOutcome.Accepted.class);
        }

        sender.close();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> postfix.endedConnections().stream().anyMatch(line -> line.contains(" mail=20 ")));
    }

    @Test
    void tellsEachRefusedRecipientApart() {
        SendOutcome outcome = sender.send(transmission(
                account(Transport.IMPLICIT_TLS).build(),
                "Subject: x\r\n\r\nHello\r\n",
                "unknown@example.org",
                "carol@example.net",
                "later@example.org"));

        assertThat(outcome).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(((SendOutcome.Accepted) outcome).refused())
                .extracting(
                        RefusedRecipient::address,
                        refused -> refused.reply().code(),
                        refused -> refused.reply().enhancedStatus())
                .containsExactly(tuple("unknown@example.org", 550, "5.1.1"), tuple("later@example.org", 450, "4.2.0"));
    }

    @Test
    void tellsThatTheLoginWasRefused() {
        SendOutcome outcome = sender.send(transmission(
                account(Transport.STARTTLS)
                        .credentials("alice", "wrong-password")
                        .build(),
                "Subject: x\r\n\r\nHello\r\n",
                "carol@example.net"));

        assertThat(outcome).isInstanceOf(SendOutcome.AccountRefused.class);
        assertThat(((SendOutcome.AccountRefused) outcome).phase()).isEqualTo(SmtpPhase.AUTH);
        assertThat(((SendOutcome.AccountRefused) outcome).reply().code()).isEqualTo(535);
        assertThat(outcome.toString()).doesNotContain("wrong-password");
    }

    @Test
    void tellsThatTheAccountMayNotSendAsSomebodyElse() {
        SendOutcome outcome = sender.send(new Transmission(
                account(Transport.STARTTLS).build(),
                "bob@example.org",
                List.of("carol@example.net"),
                BytesContent.of("Subject: x\r\n\r\nHello\r\n")));

        assertThat(outcome).isInstanceOf(SendOutcome.AccountRefused.class);
        assertThat(((SendOutcome.AccountRefused) outcome).reply().code()).isEqualTo(553);
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"STARTTLS", "IMPLICIT_TLS"})
    void doesNotSendToAServerWithACertificateNobodyVouchesFor(Transport transport) {
        SendOutcome outcome = sender.send(transmission(
                account(transport).tlsTrust(TlsTrust.system()).build(),
                "Subject: x\r\n\r\nHello\r\n",
                "carol@example.net"));

        assertNotSentForTls(outcome);
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"STARTTLS", "IMPLICIT_TLS"})
    void doesNotSendToAServerWhoseCertificateIsForAnotherHost(Transport transport) {
        int port = transport == Transport.STARTTLS ? postfix.port() : postfix.tlsPort();

        SendOutcome outcome = sender.send(transmission(
                account(transport)
                        .smtp(new MailServer("127.0.0.1", port, transport))
                        .build(),
                "Subject: x\r\n\r\nHello\r\n",
                "carol@example.net"));

        assertNotSentForTls(outcome);
    }

    private static void assertNotSentForTls(SendOutcome outcome) {
        assertThat(outcome).isInstanceOf(SendOutcome.NotSent.class);
        assertThat(((SendOutcome.NotSent) outcome).phase()).isEqualTo(SmtpPhase.TLS);
        assertThat(((SendOutcome.NotSent) outcome).detail()).startsWith("TLS failed");
    }

    private static MailAccount.Builder account(Transport transport) {
        int port = transport == Transport.STARTTLS ? postfix.port() : postfix.tlsPort();
        return MailAccount.ordinary("alice")
                .smtp(new MailServer("localhost", port, transport))
                .address("alice@example.org")
                .credentials("alice", PostfixServer.PASSWORD)
                .tlsTrust(CERTIFICATE.trust());
    }

    private static Transmission transmission(MailAccount account, String message, String... recipients) {
        return new Transmission(account, "alice@example.org", List.of(recipients), BytesContent.of(message));
    }
}
