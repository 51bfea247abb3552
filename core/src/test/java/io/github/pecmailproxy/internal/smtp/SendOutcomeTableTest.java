package io.github.pecmailproxy.internal.smtp;

import static io.github.pecmailproxy.testing.ScriptedSmtpServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.Transmission;
import io.github.pecmailproxy.testing.BytesContent;
import io.github.pecmailproxy.testing.ScriptedSmtpServer;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Reaction;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Step;
import io.github.pecmailproxy.testing.TestCertificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What follows from each fault in each phase: the whole table, with and without pipelining. */
class SendOutcomeTableTest {
    private static final TestCertificate CERTIFICATE = TestCertificate.forHost("localhost");
    private static final String MESSAGE = "Message-ID: <1@example.org>\r\n\r\nHello\r\n";

    /** Longer than all socket buffers of a loopback connection together. */
    private static final int MORE_THAN_BUFFERS = 16 * 1024 * 1024;

    /** How the message is sent. */
    enum Way {
        PLAIN,
        PLAIN_PIPELINED,
        STARTTLS,
        IMPLICIT_TLS_PIPELINED;

        Transport transport() {
            return switch (this) {
                case PLAIN, PLAIN_PIPELINED -> Transport.PLAIN;
                case STARTTLS -> Transport.STARTTLS;
                case IMPLICIT_TLS_PIPELINED -> Transport.IMPLICIT_TLS;
            };
        }

        boolean pipelined() {
            return this == PLAIN_PIPELINED || this == IMPLICIT_TLS_PIPELINED;
        }
    }

    /** What is expected: the kind of outcome, the phase, the reply code (0 for none). */
    record Expected(Class<? extends SendOutcome> kind, SmtpPhase phase, int code) {}

    record Row(Way way, Step step, String fault, Reaction reaction, Expected expected) {
        @Override
        public String toString() {
            return way + ", " + fault + " at " + step + " -> "
                    + expected.kind().getSimpleName() + " in " + expected.phase()
                    + (expected.code() == 0 ? "" : " with " + expected.code());
        }
    }

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Way way : Way.values()) {
            addGreeting(rows, way);
            addTls(rows, way);
            addLogin(rows, way);
            addTransaction(rows, way);
            addContent(rows, way);
        }
        return rows.stream();
    }

    private static void addGreeting(List<Row> rows, Way way) {
        for (Step step : List.of(Step.GREETING, Step.EHLO)) {
            rows.add(refused(way, step, SmtpPhase.GREETING, "421 4.3.2 closing"));
            addBreaks(rows, way, step, SmtpPhase.GREETING, SmtpPhase.GREETING);
        }
        rows.add(refused(way, Step.GREETING, SmtpPhase.GREETING, "554 5.7.1 not you"));
        rows.add(refused(way, Step.EHLO, SmtpPhase.GREETING, "451 4.3.0 later"));
    }

    private static void addTls(List<Row> rows, Way way) {
        if (way.transport() == Transport.STARTTLS) {
            rows.add(refused(way, Step.STARTTLS, SmtpPhase.TLS, "454 4.7.0 TLS not available"));
            rows.add(refused(way, Step.STARTTLS, SmtpPhase.TLS, "501 5.5.4 no"));
            addBreaks(rows, way, Step.STARTTLS, SmtpPhase.TLS, SmtpPhase.TLS);
        }
        if (way.transport() != Transport.PLAIN) {
            addBreaks(rows, way, Step.HANDSHAKE, SmtpPhase.TLS, SmtpPhase.TLS);
        }
    }

    private static void addLogin(List<Row> rows, Way way) {
        for (String reply : List.of(
                "535 5.7.8 wrong password",
                "534 5.7.9 mechanism too weak",
                "530 5.7.0 must issue STARTTLS first",
                "550 5.7.1 locked",
                "504 5.5.4 no such mechanism")) {
            rows.add(accountRefused(way, Step.AUTH, SmtpPhase.AUTH, reply));
        }
        rows.add(refused(way, Step.AUTH, SmtpPhase.AUTH, "454 4.7.0 temporary authentication failure"));
        rows.add(refused(way, Step.AUTH, SmtpPhase.AUTH, "421 4.3.2 closing"));
        addBreaks(rows, way, Step.AUTH, SmtpPhase.AUTH, SmtpPhase.AUTH);
    }

    private static void addTransaction(List<Row> rows, Way way) {
        rows.add(refused(way, Step.MAIL, SmtpPhase.MAIL, "451 4.3.0 later"));
        rows.add(refused(way, Step.MAIL, SmtpPhase.MAIL, "552 5.3.4 too large"));
        rows.add(refused(way, Step.MAIL, SmtpPhase.MAIL, "450 4.7.1 slower"));
        rows.add(refused(way, Step.MAIL, SmtpPhase.MAIL, "421 4.3.2 closing"));
        rows.add(accountRefused(way, Step.MAIL, SmtpPhase.MAIL, "553 5.7.1 sender not owned by user"));
        rows.add(accountRefused(way, Step.MAIL, SmtpPhase.MAIL, "530 authentication required"));
        rows.add(accountRefused(way, Step.MAIL, SmtpPhase.MAIL, "550 5.7.60 no permissions to send as this sender"));
        addBreaks(rows, way, Step.MAIL, SmtpPhase.MAIL, SmtpPhase.MAIL);

        rows.add(refused(way, Step.RCPT, SmtpPhase.RCPT, "450 4.2.0 greylisted"));
        rows.add(refused(way, Step.RCPT, SmtpPhase.RCPT, "550 5.1.1 unknown"));
        rows.add(refused(way, Step.RCPT, SmtpPhase.RCPT, "554 5.7.1 relay access denied"));
        rows.add(refused(way, Step.RCPT, SmtpPhase.RCPT, "421 4.3.2 closing"));
        rows.add(accountRefused(
                way, Step.RCPT, SmtpPhase.RCPT, "553 5.7.1 <a@b>: Sender address rejected: not logged in"));
        addBreaks(rows, way, Step.RCPT, SmtpPhase.RCPT, SmtpPhase.RCPT);

        rows.add(refused(way, Step.DATA, SmtpPhase.DATA, "451 4.3.0 later"));
        rows.add(refused(way, Step.DATA, SmtpPhase.DATA, "554 5.5.1 no"));
        rows.add(refused(way, Step.DATA, SmtpPhase.DATA, "421 4.3.2 closing"));
        addBreaks(rows, way, Step.DATA, SmtpPhase.DATA, SmtpPhase.DATA);
    }

    private static void addContent(List<Row> rows, Way way) {
        rows.add(notSent(way, Step.CONTENT, "a hang-up", new Reaction.HangUp(), SmtpPhase.CONTENT));
        rows.add(notSent(way, Step.CONTENT, "a stall", new Reaction.Stall(), SmtpPhase.CONTENT));

        rows.add(refused(way, Step.DOT, SmtpPhase.FINAL_DOT, "451 4.3.0 later"));
        rows.add(refused(way, Step.DOT, SmtpPhase.FINAL_DOT, "554 5.6.0 no"));
        rows.add(refused(way, Step.DOT, SmtpPhase.FINAL_DOT, "421 4.3.2 closing"));
        rows.add(accountRefused(way, Step.DOT, SmtpPhase.FINAL_DOT, "554 5.2.252 SendAsDenied"));
        rows.add(unknown(way, "a hang-up", new Reaction.HangUp()));
        rows.add(unknown(way, "a stall", new Reaction.Stall()));
        rows.add(unknown(way, "nonsense", new Reaction.SayAndHangUp("whatever\r\n")));
        rows.add(unknown(way, "half a reply", new Reaction.SayAndHangUp("250 2.0.0 tak")));
        rows.add(unknown(way, "half of several lines", new Reaction.SayAndHangUp("250-2.0.0 taken\r\n")));
        rows.add(unknown(way, "a reply out of place", new Reaction.SayAndHangUp("354 go on\r\n")));
        rows.add(new Row(
                way,
                Step.DOT,
                "a reply of several lines",
                new Reaction.Say("250-2.0.0 taken\r\n250 2.0.0 as 4711\r\n"),
                new Expected(SendOutcome.Accepted.class, SmtpPhase.FINAL_DOT, 250)));
    }

    private static void addBreaks(List<Row> rows, Way way, Step step, SmtpPhase phase, SmtpPhase whenSilent) {
        rows.add(notSent(way, step, "a hang-up", new Reaction.HangUp(), phase));
        rows.add(notSent(way, step, "a stall", new Reaction.Stall(), whenSilent));
        rows.add(notSent(way, step, "nonsense", new Reaction.SayAndHangUp("whatever\r\n"), phase));
        rows.add(notSent(way, step, "half a reply", new Reaction.SayAndHangUp("25"), phase));
    }

    private static Row refused(Way way, Step step, SmtpPhase phase, String reply) {
        return new Row(way, step, reply, say(reply), new Expected(SendOutcome.Refused.class, phase, codeOf(reply)));
    }

    private static Row accountRefused(Way way, Step step, SmtpPhase phase, String reply) {
        return new Row(
                way, step, reply, say(reply), new Expected(SendOutcome.AccountRefused.class, phase, codeOf(reply)));
    }

    private static Row notSent(Way way, Step step, String fault, Reaction reaction, SmtpPhase phase) {
        return new Row(way, step, fault, reaction, new Expected(SendOutcome.NotSent.class, phase, 0));
    }

    private static Row unknown(Way way, String fault, Reaction reaction) {
        return new Row(way, Step.DOT, fault, reaction, new Expected(SendOutcome.Unknown.class, SmtpPhase.FINAL_DOT, 0));
    }

    private static int codeOf(String reply) {
        return Integer.parseInt(reply.substring(0, 3));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void tellsWhatBecameOfTheMessage(Row row) {
        Duration never = Duration.ofHours(1);
        AtomicLong nanoTime = new AtomicLong(1);
        try (ScriptedSmtpServer server = serverFor(row.way());
                AngusSmtpSender sender = new AngusSmtpSender(
                        new SmtpTimeouts(never, never, never, never),
                        new PoolLimits(never, never, Duration.ZERO),
                        InstantSource.fixed(Instant.EPOCH),
                        nanoTime::get)) {
            if (row.way().pipelined()) {
                server.offer("PIPELINING");
            }
            server.on(row.step(), row.reaction());
            boolean large = row.step() == Step.CONTENT;
            BytesContent content = large ? new BytesContent(lines(MORE_THAN_BUFFERS)) : BytesContent.of(MESSAGE);

            CompletableFuture<SendOutcome> sending = CompletableFuture.supplyAsync(() -> sender.send(new Transmission(
                    account(server.port(), row.way().transport()),
                    "sender@example.org",
                    List.of("recipient@example.org"),
                    content)));
            if (row.reaction() instanceof Reaction.Stall) {
                await().atMost(Duration.ofMinutes(5)).until(server::isStalling);
                // In small steps, so that the client comes to the stalled step too before its time is over.
                await().atMost(Duration.ofMinutes(5))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> {
                            nanoTime.addAndGet(never.toNanos() / 30);
                            sender.watch();
                            return sending.isDone();
                        });
            }
            SendOutcome outcome = sending.join();

            assertThat(outcome).isInstanceOf(row.expected().kind());
            assertThat(phaseOf(outcome)).isEqualTo(row.expected().phase());
            assertThat(codeOf(outcome)).isEqualTo(row.expected().code());
            assertThat(outcome.toString()).doesNotContain("pa55word").doesNotContain("AHNlbmRlcg");
            boolean mayHaveArrived = row.expected().phase() == SmtpPhase.FINAL_DOT;
            assertThat(server.messages()).hasSize(mayHaveArrived ? 1 : 0);
        }
    }

    private static ScriptedSmtpServer serverFor(Way way) {
        return switch (way.transport()) {
            case PLAIN -> ScriptedSmtpServer.plain();
            case STARTTLS -> ScriptedSmtpServer.startTls(CERTIFICATE);
            case IMPLICIT_TLS -> ScriptedSmtpServer.implicitTls(CERTIFICATE);
        };
    }

    private static MailAccount account(int port, Transport transport) {
        return MailAccount.ordinary("a")
                .smtp(new MailServer("localhost", port, transport))
                .credentials("sender@example.org", "pa55word")
                .tlsTrust(CERTIFICATE.trust())
                .build();
    }

    private static SmtpPhase phaseOf(SendOutcome outcome) {
        if (outcome instanceof SendOutcome.Refused refused) {
            return refused.phase();
        }
        if (outcome instanceof SendOutcome.NotSent notSent) {
            return notSent.phase();
        }
        if (outcome instanceof SendOutcome.AccountRefused refused) {
            return refused.phase();
        }
        return SmtpPhase.FINAL_DOT;
    }

    private static int codeOf(SendOutcome outcome) {
        if (outcome instanceof SendOutcome.Accepted accepted) {
            return accepted.reply().code();
        }
        if (outcome instanceof SendOutcome.Refused refused) {
            return refused.reply().code();
        }
        if (outcome instanceof SendOutcome.AccountRefused refused) {
            return refused.reply().code();
        }
        return 0;
    }

    private static byte[] lines(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i += 64) {
            bytes[i + 62] = '\r';
            bytes[i + 63] = '\n';
        }
        for (int i = 0; i < size; i++) {
            if (bytes[i] == 0) {
                bytes[i] = 'x';
            }
        }
        return bytes;
    }
}
