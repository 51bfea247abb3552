package io.github.pecmailproxy.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.Transmission;
import io.github.pecmailproxy.testing.BytesContent;
import io.github.pecmailproxy.testing.ScriptedSmtpServer;
import io.github.pecmailproxy.testing.TestCertificate;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** To which servers a password is given: those whose certificate is trusted and for their name. */
class ServerCertificateTest {
    private static final TestCertificate LOCALHOST = TestCertificate.forHost("localhost");
    private static final TestCertificate OTHER_HOST = TestCertificate.forHost("mail.example.org");

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"STARTTLS", "IMPLICIT_TLS"})
    void sendsWhereTheCertificateIsTrustedAndForTheHost(Transport transport) {
        try (ScriptedSmtpServer server = server(transport, LOCALHOST)) {
            assertThat(send(server, transport, LOCALHOST.trust())).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"STARTTLS", "IMPLICIT_TLS"})
    void saysNothingToAServerWhoseCertificateIsNotTrusted(Transport transport) {
        try (ScriptedSmtpServer server = server(transport, LOCALHOST)) {
            assertNothingSaid(server, send(server, transport, TlsTrust.system()));
            assertNothingSaid(server, send(server, transport, OTHER_HOST.trust()));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"STARTTLS", "IMPLICIT_TLS"})
    void saysNothingToAServerWhoseCertificateIsForAnotherHost(Transport transport) {
        try (ScriptedSmtpServer server = server(transport, OTHER_HOST)) {
            assertNothingSaid(server, send(server, transport, OTHER_HOST.trust()));
        }
    }

    private static void assertNothingSaid(ScriptedSmtpServer server, SendOutcome outcome) {
        assertThat(outcome).isInstanceOfSatisfying(SendOutcome.NotSent.class, notSent -> {
            assertThat(notSent.phase()).isEqualTo(SmtpPhase.TLS);
            assertThat(notSent.detail()).startsWith("TLS failed");
        });
        assertThat(server.commands()).allMatch(line -> line.startsWith("EHLO") || line.equals("STARTTLS"));
    }

    private static ScriptedSmtpServer server(Transport transport, TestCertificate certificate) {
        return transport == Transport.STARTTLS
                ? ScriptedSmtpServer.startTls(certificate)
                : ScriptedSmtpServer.implicitTls(certificate);
    }

    private static SendOutcome send(ScriptedSmtpServer server, Transport transport, TlsTrust trust) {
        MailAccount account = MailAccount.ordinary("a")
                .smtp(new MailServer("localhost", server.port(), transport))
                .credentials("sender@example.org", "pa55word")
                .tlsTrust(trust)
                .build();
        try (AngusSmtpSender sender = new AngusSmtpSender(InstantSource.system())) {
            return sender.send(new Transmission(
                    account,
                    "sender@example.org",
                    List.of("recipient@example.org"),
                    BytesContent.of("Subject: x\r\n\r\nHello\r\n")));
        }
    }
}
