package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.PASSWORD;
import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static io.github.pecmailproxy.sandbox.TestClient.imaps;
import static io.github.pecmailproxy.sandbox.TestClient.receiptTypes;
import static io.github.pecmailproxy.sandbox.TestClient.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Folder;
import jakarta.mail.MessagingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class MisbehaviourTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-06-01T08:00:00Z"));
    private final PecSandbox sandbox =
            TestClient.sandbox().clock(now::get).manual().start();

    @AfterEach
    void stop() {
        sandbox.close();
    }

    private void sendOne() throws MessagingException {
        send(sandbox, "<uno@acme>", "a@x.example", "b@x.example");
    }

    @Nested
    class Smtp {
        @ParameterizedTest
        @EnumSource(
                value = SmtpPhase.class,
                names = {"GREETING", "AUTH", "MAIL", "DATA", "FINAL_DOT"})
        void answersAnyCodeAtAnyPhaseOnce(SmtpPhase phase) throws Exception {
            for (String reply : new String[] {"451 4.3.0 prova temporanea", "554 5.7.1 prova definitiva"}) {
                sandbox.smtp().at(phase).reply(Integer.parseInt(reply.substring(0, 3)), reply.substring(4));

                assertThatThrownBy(MisbehaviourTest.this::sendOne)
                        .isInstanceOf(MessagingException.class)
                        .hasStackTraceContaining(reply.substring(0, 3));
                assertThat(sandbox.accepted()).isEmpty();
                assertThat(sandbox.smtp().transcript()).anyMatch(line -> line.endsWith("S: " + reply));
                assertThat(sandbox.smtp().pendingFaults()).isZero();
            }
            sendOne();
            assertThat(sandbox.accepted()).hasSize(1);
        }

        @Test
        void refusesEhloAndStartTlsAndQuit() throws Exception {
            sandbox.smtp().at(SmtpPhase.EHLO).reply(502, "5.5.1 non qui");
            sandbox.smtp().at(SmtpPhase.STARTTLS).reply(454, "4.7.0 adesso no");
            sandbox.smtp().at(SmtpPhase.RSET).reply(421, "4.3.2 chiudo");
            try (RawClient client = new RawClient(sandbox, sandbox.smtpPort())) {
                client.reply();
                assertThat(client.say("EHLO prova")).startsWith("502 ");
                assertThat(client.say("EHLO prova")).startsWith("250 ");
                assertThat(client.say("STARTTLS")).startsWith("454 ");
                assertThat(client.say("RSET")).startsWith("421 ");
                assertThat(client.line()).as("closed after 421").isNull();
            }
        }

        @Test
        void refusesOneRecipientOfSeveral() throws Exception {
            sandbox.smtp().at(SmtpPhase.RCPT).of("B@x.example").always().reply(450, "4.2.1 casella occupata");
            for (int i = 0; i < 2; i++) {
                try (RawClient client = RawClient.submission(sandbox)) {
                    client.say("MAIL FROM:<" + SENDER + ">");
                    assertThat(client.say("RCPT TO:<a@x.example>")).startsWith("250 ");
                    assertThat(client.say("RCPT TO:<b@x.example>")).isEqualTo("450 4.2.1 casella occupata");
                }
            }
            sandbox.smtp().clear();
            sendOne();
        }

        @Test
        void skipsAndRepeatsFaults() throws Exception {
            sandbox.smtp().at(SmtpPhase.MAIL).skip(1).times(2).reply(451, "4.3.0 dopo");
            sendOne();
            assertThatThrownBy(MisbehaviourTest.this::sendOne).hasStackTraceContaining("451");
            assertThatThrownBy(MisbehaviourTest.this::sendOne).hasStackTraceContaining("451");
            sendOne();
            assertThat(sandbox.accepted()).hasSize(2);
        }

        @ParameterizedTest
        @EnumSource(
                value = SmtpPhase.class,
                names = {"GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "CONTENT", "FINAL_DOT"})
        void dropsTheConnectionAtAnyPhase(SmtpPhase phase) throws Exception {
            sandbox.smtp().at(phase).drop();

            assertThatThrownBy(MisbehaviourTest.this::sendOne).isInstanceOf(MessagingException.class);
            assertThat(sandbox.accepted()).isEmpty();
            sendOne();
            assertThat(sandbox.accepted()).hasSize(1);
        }

        @Test
        void takesTheMessageAndDropsTheConnectionAfterTheFinalDot() throws Exception {
            sandbox.smtp().at(SmtpPhase.FINAL_DOT).acceptThenDrop();

            assertThatThrownBy(MisbehaviourTest.this::sendOne).isInstanceOf(MessagingException.class);
            assertThat(sandbox.accepted()).hasSize(1);
            sandbox.deliverDue();
            assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "avvenuta-consegna", "avvenuta-consegna");
            assertThatThrownBy(() -> sandbox.smtp().at(SmtpPhase.MAIL).acceptThenDrop())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("MAIL");
        }

        @ParameterizedTest
        @EnumSource(
                value = SmtpPhase.class,
                names = {"GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "CONTENT", "FINAL_DOT"})
        void standsStillUntilReleased(SmtpPhase phase) throws Exception {
            Stall stall = sandbox.smtp().at(phase).stall();
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                try {
                    sendOne();
                } catch (MessagingException e) {
                    throw new AssertionError(e);
                }
            });

            assertThat(stall.awaitReached(LONG)).isTrue();
            assertThat(sandbox.accepted()).isEmpty();
            assertThat(sending).isNotDone();
            stall.release();
            sending.join();
            assertThat(sandbox.accepted()).hasSize(1);
        }

        @Test
        void answersNothingInTheMiddleOfTheContent() {
            assertThatThrownBy(() -> sandbox.smtp().at(SmtpPhase.CONTENT).reply(451, "4.3.0 no"))
                    .isInstanceOf(IllegalStateException.class);
        }

        @Test
        void waitsBeforeItAnswers() throws Exception {
            sandbox.smtp().at(SmtpPhase.MAIL).slow(Duration.ofMillis(1));
            sandbox.imap().at("EXAMINE").slow(Duration.ofMillis(1));
            sendOne();
            try (RawClient client = new RawClient(sandbox, sandbox.imapPort())) {
                client.line();
                client.imap("a", "LOGIN " + SENDER + " " + PASSWORD);
                assertThat(client.imap("b", "EXAMINE INBOX")).last().asString().startsWith("b OK");
            }
            assertThat(sandbox.smtp().pendingFaults() + sandbox.imap().pendingFaults())
                    .isZero();
        }

        @Test
        void letsGoOfSlowAndStalledConnectionsWhenItCloses() throws Exception {
            Stall stall = sandbox.smtp().at(SmtpPhase.GREETING).stall();
            sandbox.imap().at("GREETING").slow(Duration.ofDays(1));
            try (RawClient smtp = new RawClient(sandbox, sandbox.smtpPort());
                    RawClient imap = new RawClient(sandbox, sandbox.imapPort())) {
                assertThat(stall.awaitReached(LONG)).isTrue();
                while (sandbox.openConnections() < 2) {
                    Thread.onSpinWait();
                }
                sandbox.close();
                assertThat(smtp.line()).isNull();
                assertThat(imap.line()).isNull();
                while (sandbox.openConnections() > 0) {
                    Thread.onSpinWait();
                }
            }
        }

        @Test
        void cutsEveryConnection() throws Exception {
            try (RawClient client = RawClient.submission(sandbox)) {
                sandbox.dropConnections();
                assertThat(client.line()).isNull();
            }
        }
    }

    @Nested
    class Receipts {
        @Test
        void bringsNothingBeforeItIsAsked() throws Exception {
            sendOne();
            assertThat(receiptTypes(sandbox)).isEmpty();
            assertThat(sandbox.pending()).isEqualTo(3);

            assertThat(sandbox.deliverDue()).isEqualTo(3);
            assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "avvenuta-consegna", "avvenuta-consegna");
            assertThat(sandbox.deliverDue()).isZero();
        }

        @Test
        void comesLate() throws Exception {
            sandbox.receipts().delay(Duration.ofMinutes(5)).delay(ReceiptType.AVVENUTA_CONSEGNA, Duration.ofHours(1));
            sendOne();
            now.updateAndGet(instant -> instant.plus(Duration.ofMinutes(4)));
            sandbox.deliverDue();
            assertThat(receiptTypes(sandbox)).isEmpty();
            now.updateAndGet(instant -> instant.plus(Duration.ofMinutes(1)));
            sandbox.deliverDue();
            assertThat(receiptTypes(sandbox)).containsExactly("accettazione");
            now.updateAndGet(instant -> instant.plus(Duration.ofHours(1)));
            sandbox.deliverDue();
            assertThat(receiptTypes(sandbox)).containsExactly("accettazione", "avvenuta-consegna", "avvenuta-consegna");
        }

        @Test
        void comesInTheWrongOrder() throws Exception {
            sandbox.receipts().deliveryBeforeAcceptance(true);
            sendOne();
            sandbox.deliverDue();
            assertThat(receiptTypes(sandbox)).containsExactly("avvenuta-consegna", "avvenuta-consegna", "accettazione");
        }

        @Test
        void comesTwiceByteForByteOrNotAtAll() throws Exception {
            sandbox.receipts().copies(2);
            sendOne();
            sandbox.deliverDue();
            List<StoredMail> mails = sandbox.mailbox(SENDER);
            assertThat(mails).hasSize(6);
            assertThat(mails.get(0).raw()).isEqualTo(mails.get(1).raw());
            assertThat(mails.get(0).uid()).isNotEqualTo(mails.get(1).uid());

            sandbox.receipts().copies(0);
            sendOne();
            sandbox.deliverDue();
            assertThat(sandbox.mailbox(SENDER)).hasSize(6);
        }

        @Test
        void isHeldAndReleased() throws Exception {
            sandbox.receipts().hold();
            sendOne();
            assertThat(sandbox.deliverDue()).isZero();
            sandbox.receipts().release();
            assertThat(sandbox.deliverDue()).isEqualTo(3);
        }

        @Test
        void isLostWhenTheMailboxIsFull() throws Exception {
            try (PecSandbox small = TestClient.sandbox().mailboxQuota(20_000).start()) {
                send(small, "<tanti@acme>", "a@x.example", "b@x.example", "c@x.example");
                assertThat(small.lostMails(SENDER)).isPositive();
                assertThat(small.mailbox(SENDER)).hasSizeLessThan(4);
                try (IMAPStore store = imaps(small)) {
                    assertThat(store.getQuota("INBOX")[0].resources[0].limit).isEqualTo(20_000 / 1024);
                }
            }
        }

        @Test
        void arrivesByItselfInTheAutomaticMode() throws Exception {
            try (PecSandbox automatic =
                    TestClient.sandbox().timeScale(12 * 3600 * 20).start()) {
                send(automatic, "<auto@acme>", "ritardo@x.example");
                assertThat(receiptTypes(automatic)).startsWith("accettazione");
                while (automatic.mailbox(SENDER).size() < 3) {
                    Thread.onSpinWait();
                }
                assertThat(receiptTypes(automatic))
                        .containsExactly("accettazione", "preavviso-errore-consegna", "avvenuta-consegna");
            }
        }
    }

    @Nested
    class Imap {
        @Test
        void refusesLogin() throws Exception {
            sandbox.imap().at("LOGIN").no("[AUTHENTICATIONFAILED] non ora");
            sandbox.imap().at("AUTHENTICATE").no("[AUTHENTICATIONFAILED] non ora");
            assertThatThrownBy(() -> imaps(sandbox)).isInstanceOf(AuthenticationFailedException.class);
            sandbox.imap().clear();
            imaps(sandbox).close();
        }

        @Test
        void changesUidValidityAndCutsWhoLooks() throws Exception {
            sandbox.append(SENDER, new byte[] {'a'});
            sandbox.append(SENDER, new byte[] {'b'});
            sandbox.expunge(SENDER, 1);
            long before = sandbox.uidValidity(SENDER);
            try (RawClient client = new RawClient(sandbox, sandbox.imapPort())) {
                client.line();
                client.imap("a", "LOGIN " + SENDER + " " + PASSWORD);
                assertThat(client.imap("b", "EXAMINE INBOX"))
                        .contains("* OK [UIDVALIDITY " + before + "] UIDs are valid");
                sandbox.renumber(SENDER);
                assertThat(client.line()).isNull();
            }
            try (IMAPStore store = imaps(sandbox)) {
                IMAPFolder folder = (IMAPFolder) store.getFolder("INBOX");
                folder.open(Folder.READ_ONLY);
                assertThat(folder.getUIDValidity()).isGreaterThan(before);
                assertThat(folder.getMessageByUID(1)).isNotNull();
            }
        }

        @Test
        void cutsTheConnectionAtTheNthCommand() throws Exception {
            sandbox.imap().atAnyCommand().skip(2).drop();
            try (RawClient client = new RawClient(sandbox, sandbox.imapPort())) {
                client.line();
                assertThat(client.imap("a", "LOGIN " + SENDER + " " + PASSWORD))
                        .last()
                        .asString()
                        .startsWith("a OK");
                assertThat(client.imap("b", "NOOP")).last().asString().startsWith("b OK");
                assertThat(client.imap("c", "EXAMINE INBOX")).isEmpty();
            }
        }

        @Test
        void answersNoAndBadAndStalls() throws Exception {
            sandbox.imap().at("uid fetch").no("[UNAVAILABLE] dopo");
            sandbox.imap().at("NOOP").bad("cosa?");
            Stall stall = sandbox.imap().at("EXAMINE").stall();
            try (RawClient client = new RawClient(sandbox, sandbox.imapPort())) {
                client.line();
                client.imap("a", "LOGIN " + SENDER + " " + PASSWORD);
                client.write("b EXAMINE INBOX\r\n");
                assertThat(stall.awaitReached(LONG)).isTrue();
                stall.release();
                String line = client.line();
                while (line != null && !line.startsWith("b ")) {
                    line = client.line();
                }
                assertThat(line).startsWith("b OK [READ-ONLY]");
                assertThat(client.imap("c", "UID FETCH 1:* (FLAGS)")).containsExactly("c NO [UNAVAILABLE] dopo");
                assertThat(client.imap("d", "NOOP")).containsExactly("d BAD cosa?");
                assertThat(client.imap("e", "NOOP")).containsExactly("e OK NOOP completed");
                assertThat(client.imap("f", "UID STORE 1 +FLAGS (\\Seen)"))
                        .last()
                        .asString()
                        .startsWith("f NO");
            }
        }

        @Test
        void goesDeadInIdleAndComesBack() throws Exception {
            try (RawClient client = new RawClient(sandbox, sandbox.imapPort())) {
                client.line();
                client.imap("a", "LOGIN " + SENDER + " " + PASSWORD);
                client.imap("b", "EXAMINE INBOX");
                client.write("c IDLE\r\n");
                assertThat(client.line()).startsWith("+ ");
                while (sandbox.imap().idling() == 0) {
                    Thread.onSpinWait();
                }
                sandbox.imap().silenceIdle(true);
                sandbox.append(SENDER, new byte[] {'a'});
                client.write("DONE\r\n");
                assertThat(client.line()).as("not a word about the new mail").isEqualTo("c OK IDLE completed");
                sandbox.imap().silenceIdle(false);
                assertThat(client.imap("d", "NOOP")).containsExactly("* 1 EXISTS", "* 0 RECENT", "d OK NOOP completed");
            }
        }

        @Test
        void cutsTheConnectionInIdle() throws Exception {
            try (RawClient client = new RawClient(sandbox, sandbox.imapPort())) {
                client.line();
                client.imap("a", "LOGIN " + SENDER + " " + PASSWORD);
                client.imap("b", "EXAMINE INBOX");
                client.write("c IDLE\r\n");
                assertThat(client.line()).startsWith("+ ");
                while (sandbox.imap().idling() == 0) {
                    Thread.onSpinWait();
                }
                sandbox.imap().dropIdle();
                assertThat(client.line()).isNull();
            }
        }

        @Test
        void survivesNonsense() throws Exception {
            try (RawClient client = new RawClient(sandbox, sandbox.imapPort())) {
                client.line();
                assertThat(client.imap("a", "")).last().asString().startsWith("a BAD");
                assertThat(client.imap("b", "EXAMINE INBOX")).last().asString().startsWith("b NO");
                client.imap("c", "LOGIN {" + SENDER.length() + "+}\r\n" + SENDER + " \"" + PASSWORD + "\"");
                assertThat(client.imap("d", "FETCH 1 (FLAGS)"))
                        .last()
                        .asString()
                        .startsWith("d BAD");
                assertThat(client.imap("e", "EXAMINE Nulla")).last().asString().startsWith("e NO");
                client.imap("f", "EXAMINE inbox");
                for (String wrong : Arrays.asList(
                        "FETCH x (FLAGS)",
                        "FETCH 1 (BOH)",
                        "SEARCH BOH",
                        "UID FETCH 0 (UID)",
                        "SEARCH SINCE ieri",
                        "FETCH 1 BODY[1.BOH]",
                        "STATUS INBOX (BOH)")) {
                    assertThat(client.imap("g", wrong))
                            .as(wrong)
                            .last()
                            .asString()
                            .startsWith("g BAD");
                }
                assertThatCode(() -> client.imap("h", "LOGOUT")).doesNotThrowAnyException();
            }
        }
    }
}
