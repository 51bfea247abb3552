package io.github.pecmailproxy.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.Transmission;
import io.github.pecmailproxy.testing.BytesContent;
import io.github.pecmailproxy.testing.ScriptedSmtpServer;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Reaction;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Step;
import io.github.pecmailproxy.testing.TestCertificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that never comes to an end is left, at whatever step, with and without pipelining, and fills no memory. */
class HostileServerTest {
    private static final TestCertificate CERTIFICATE = TestCertificate.forHost("localhost");

    /** More than any bound, and than socket buffers hold; a reader without a bound would take it for success. */
    private static final int ENDLESS = 8 * 1024 * 1024;

    private static final Map<Step, Integer> SUCCESS = Map.of(
            Step.GREETING, 220,
            Step.EHLO, 250,
            Step.STARTTLS, 220,
            Step.AUTH, 235,
            Step.MAIL, 250,
            Step.RCPT, 250,
            Step.DATA, 354,
            Step.DOT, 250);

    static Stream<Arguments> replies() {
        List<Arguments> rows = new ArrayList<>();
        for (boolean pipelined : List.of(false, true)) {
            SUCCESS.forEach((step, code) -> {
                rows.add(Arguments.of(pipelined, step, "a giant line", code + " " + "x".repeat(ENDLESS) + "\r\n"));
                rows.add(Arguments.of(
                        pipelined, step, "endless lines", (code + "-x\r\n").repeat(ENDLESS / 7) + code + " x\r\n"));
            });
        }
        return rows.stream();
    }

    @ParameterizedTest(name = "pipelined {0}, {2} at {1}")
    @MethodSource("replies")
    void leavesAServerThatDoesNotComeToAnEnd(boolean pipelined, Step step, String what, String reply) {
        try (ScriptedSmtpServer server = ScriptedSmtpServer.startTls(CERTIFICATE);
                AngusSmtpSender sender = new AngusSmtpSender(InstantSource.system())) {
            if (pipelined) {
                server.offer("PIPELINING");
            }
            server.on(step, new Reaction.Say(reply));
            SendOutcome outcome = sender.send(new Transmission(
                    MailAccount.ordinary("a")
                            .smtp(new MailServer("localhost", server.port(), Transport.STARTTLS))
                            .credentials("sender@example.org", "pa55word")
                            .tlsTrust(CERTIFICATE.trust())
                            .build(),
                    "sender@example.org",
                    List.of("recipient@example.org"),
                    BytesContent.of("Message-ID: <1@example.org>\r\n\r\nHello\r\n")));

            assertThat(outcome).isInstanceOf(step == Step.DOT ? SendOutcome.Unknown.class : SendOutcome.NotSent.class);
            assertThat(outcome.toString()).hasSizeLessThan(1_000);
        }
    }
}
