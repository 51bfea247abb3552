package io.github.pecmailproxy.internal.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
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
        for (Transport transport : List.of(Transport.STARTTLS, Transport.IMPLICIT_TLS)) {
            for (boolean pipelined : List.of(false, true)) {
                SUCCESS.forEach((step, code) -> {
                    if (step != Step.STARTTLS || transport == Transport.STARTTLS) {
                        String line = code + " " + "x".repeat(ENDLESS) + "\r\n";
                        String lines = (code + "-x\r\n").repeat(ENDLESS / 7) + code + " x\r\n";
                        rows.add(Arguments.of(transport, pipelined, step, "a giant line", line));
                        rows.add(Arguments.of(transport, pipelined, step, "endless lines", lines));
                    }
                });
            }
        }
        return rows.stream();
    }

    @ParameterizedTest(name = "{0}, pipelined {1}, {3} at {2}")
    @MethodSource("replies")
    void leavesAServerThatDoesNotComeToAnEnd(
            Transport transport, boolean pipelined, Step step, String what, String reply) {
        try (ScriptedSmtpServer server = transport == Transport.STARTTLS
                        ? ScriptedSmtpServer.startTls(CERTIFICATE)
                        : ScriptedSmtpServer.implicitTls(CERTIFICATE);
                AngusSmtpSender sender = new AngusSmtpSender(InstantSource.system())) {
            if (pipelined) {
                server.offer("PIPELINING");
            }
            server.on(step, new Reaction.Say(reply));
            SendOutcome outcome = sender.send(transmission(server, transport));

            assertThat(outcome).isInstanceOf(step == Step.DOT ? SendOutcome.Unknown.class : SendOutcome.NotSent.class);
            assertThat(outcome.toString()).hasSizeLessThan(1_000);
        }
    }

    static Stream<Arguments> beginnings() {
        return Stream.of(Transport.PLAIN, Transport.STARTTLS, Transport.IMPLICIT_TLS)
                .flatMap(transport ->
                        Stream.of(Step.GREETING, Step.EHLO, Step.AUTH).map(step -> Arguments.of(transport, step)));
    }

    /** A time-out of the socket begins anew with every byte; the time for a reply does not. */
    @ParameterizedTest(name = "{0}, at {1}")
    @MethodSource("beginnings")
    void leavesAServerWhoseReplyBeginsAndIsNotOverInTime(Transport transport, Step step) {
        Duration never = Duration.ofHours(1);
        AtomicLong nanoTime = new AtomicLong();
        try (ScriptedSmtpServer server = switch (transport) {
                    case PLAIN -> ScriptedSmtpServer.plain();
                    case STARTTLS -> ScriptedSmtpServer.startTls(CERTIFICATE);
                    case IMPLICIT_TLS -> ScriptedSmtpServer.implicitTls(CERTIFICATE);
                };
                AngusSmtpSender sender = new AngusSmtpSender(
                        new SmtpTimeouts(never, never, never, never),
                        PoolLimits.DEFAULTS,
                        InstantSource.system(),
                        nanoTime::get)) {
            server.on(step, new Reaction.Say(SUCCESS.get(step) + "-wait"));
            CompletableFuture<SendOutcome> sending =
                    CompletableFuture.supplyAsync(() -> sender.send(transmission(server, transport)));
            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        nanoTime.addAndGet(never.toNanos() / 30);
                        sender.watch();
                        return sending.isDone();
                    });

            assertThat(sending.join())
                    .isInstanceOfSatisfying(
                            SendOutcome.NotSent.class,
                            notSent -> assertThat(notSent.detail())
                                    .isEqualTo("the server did not answer within " + never));
        }
    }

    private static Transmission transmission(ScriptedSmtpServer server, Transport transport) {
        return new Transmission(
                MailAccount.ordinary("a")
                        .smtp(new MailServer("localhost", server.port(), transport))
                        .credentials("sender@example.org", "pa55word")
                        .tlsTrust(CERTIFICATE.trust())
                        .build(),
                "sender@example.org",
                List.of("recipient@example.org"),
                BytesContent.of("Message-ID: <1@example.org>\r\n\r\nHello\r\n"));
    }
}
