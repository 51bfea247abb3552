package io.github.pecmailproxy.internal.smtp;

import static io.github.pecmailproxy.testing.ScriptedSmtpServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Secret;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.smtp.RefusedRecipient;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.Transmission;
import io.github.pecmailproxy.store.StoredContent;
import io.github.pecmailproxy.testing.BytesContent;
import io.github.pecmailproxy.testing.ScriptedSmtpServer;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Reaction;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Step;
import io.github.pecmailproxy.testing.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AngusSmtpSenderTest {
    private static final String MESSAGE = "Message-ID: <1@example.org>\r\n\r\nHello\r\n";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T09:00:00Z"));
    private final ScriptedSmtpServer server = ScriptedSmtpServer.plain();
    private final AngusSmtpSender sender = new AngusSmtpSender(
            SmtpTimeouts.DEFAULTS,
            new PoolLimits(Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofMinutes(1)),
            now::get);

    @AfterEach
    void close() {
        server.close();
        sender.close();
    }

    private MailAccount.Builder account() {
        return MailAccount.ordinary("a")
                .smtp(new MailServer("localhost", server.port(), Transport.PLAIN))
                .credentials("sender@example.org", "pa55word");
    }

    private MailAccount pecAccount() {
        return MailAccount.pec("p")
                .smtp(new MailServer("localhost", server.port(), Transport.PLAIN))
                .imaps("imap.example.org", 993)
                .credentials("sender@example.org", "pa55word")
                .build();
    }

    private static Transmission transmission(MailAccount account, StoredContent content, String... recipients) {
        return new Transmission(account, "sender@example.org", List.of(recipients), content);
    }

    private SendOutcome send(MailAccount account, String... recipients) {
        return sender.send(transmission(account, BytesContent.of(MESSAGE), recipients));
    }

    private SendOutcome send() {
        return send(account().build(), "recipient@example.org");
    }

    private long count(String command) {
        return server.commands().stream()
                .filter(line -> line.startsWith(command))
                .count();
    }

    // ------------------------------------------------------------------------------------------------- commands

    @Test
    void tellsTheServersReply() {
        SendOutcome outcome = send();

        assertThat(outcome).isInstanceOfSatisfying(SendOutcome.Accepted.class, accepted -> {
            assertThat(accepted.reply().code()).isEqualTo(250);
            assertThat(accepted.reply().enhancedStatus()).isEqualTo("2.0.0");
            assertThat(accepted.reply().text()).isEqualTo("250 2.0.0 taken as 4711");
            assertThat(accepted.refused()).isEmpty();
        });
    }

    @Test
    void introducesItselfByItsAddressAndAnnouncesTheSize() {
        send();

        assertThat(server.commands())
                .containsExactly(
                        "EHLO [127.0.0.1]",
                        "AUTH PLAIN "
                                + Base64.getEncoder()
                                        .encodeToString("sender@example.org\0sender@example.org\0pa55word"
                                                .getBytes(StandardCharsets.UTF_8)),
                        "MAIL FROM:<sender@example.org> BODY=8BITMIME SIZE=" + MESSAGE.length(),
                        "RCPT TO:<recipient@example.org>",
                        "DATA");
    }

    @Test
    void fallsBackToHeloWhereEhloIsUnknown() {
        server.on(Step.EHLO, say("500 what?"));
        MailAccount account = MailAccount.ordinary("a")
                .smtp(new MailServer("localhost", server.port(), Transport.PLAIN))
                .address("sender@example.org")
                .build();

        assertThat(send(account, "recipient@example.org")).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(server.commands()).contains("HELO [127.0.0.1]", "MAIL FROM:<sender@example.org>");
    }

    @Test
    void deliversAnyContentExactly() {
        Random random = new Random(7);
        String[] pieces = {"\r\n", ".", "..", "\r\n.\r\n", "\r\n..\r\n", "x", "\u00e8", "From ", "\r\n.x", "\0", "=0D"};
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            int count = random.nextInt(i % 10 == 0 ? 40_000 : 30);
            for (int j = 0; j < count; j++) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] content = text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
            sent.add(content);
            assertThat(sender.send(transmission(account().build(), new BytesContent(content), "r@example.org")))
                    .isInstanceOf(SendOutcome.Accepted.class);
        }

        assertThat(server.messages()).containsExactlyElementsOf(sent);
    }

    @Test
    void endsAContentThatHasNoLineEndAtItsEnd() {
        sender.send(transmission(account().build(), BytesContent.of("no end"), "r@example.org"));

        assertThat(server.messages()).containsExactly("no end\r\n".getBytes(StandardCharsets.UTF_8));
    }

    // ----------------------------------------------------------------------------------------------- recipients

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendsToTheRecipientsThatAreAccepted(boolean pipelined) {
        offerPipelining(pipelined);
        refuse("bad", "550 5.1.1 unknown");
        refuse("later", "450 4.2.0 greylisted");

        SendOutcome outcome = send(account().build(), "good@example.org", "bad@example.org", "later@example.org");

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        SendOutcome.Accepted.class,
                        accepted -> assertThat(accepted.refused())
                                .extracting(RefusedRecipient::address)
                                .containsExactly("bad@example.org", "later@example.org"));
        assertThat(server.messages()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendsCertifiedMailToAllRecipientsOrToNone(boolean pipelined) {
        offerPipelining(pipelined);
        refuse("bad", "550 5.1.1 unknown");

        SendOutcome outcome = send(pecAccount(), "good@example.org", "bad@example.org", "other@example.org");

        assertThat(outcome).isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> {
            assertThat(refused.phase()).isEqualTo(SmtpPhase.RCPT);
            assertThat(refused.reply().code()).isEqualTo(550);
            assertThat(refused.refused()).extracting(RefusedRecipient::address).containsExactly("bad@example.org");
        });
        assertThat(server.commands()).doesNotContain("DATA").endsWith("RSET");

        assertThat(send(pecAccount(), "good@example.org")).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(server.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void takesARefusalOfAllForTransientIfOneIs(boolean pipelined) {
        offerPipelining(pipelined);
        refuse("bad", "550 5.1.1 unknown");
        refuse("later", "450 4.2.0 greylisted");

        SendOutcome outcome = send(account().build(), "bad@example.org", "later@example.org");

        assertThat(outcome).isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> {
            assertThat(refused.reply().isTransient()).isTrue();
            assertThat(refused.refused()).hasSize(2);
        });
        assertThat(server.messages()).isEmpty();
    }

    @Test
    void sendsNothingWhenTheServerWaitsForContentThoughItRefusedAllRecipients() {
        server.offer("PIPELINING");
        refuse("bad", "550 5.1.1 unknown");

        assertThat(send(account().build(), "bad@example.org")).isInstanceOf(SendOutcome.Refused.class);
        await().until(() -> server.openConnections() == 0);
        assertThat(server.messages()).isEmpty();
        assertThat(server.unfinishedContents()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendsToManyRecipients(boolean pipelined) {
        offerPipelining(pipelined);
        refuse("r77@", "452 4.5.3 too many");
        String[] recipients =
                IntStream.range(0, 333).mapToObj(i -> "r" + i + "@example.org").toArray(String[]::new);

        SendOutcome outcome = send(account().build(), recipients);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        SendOutcome.Accepted.class,
                        accepted -> assertThat(accepted.refused()).hasSize(1));
        assertThat(count("RCPT")).isEqualTo(333);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsTheRefusalOfTheSenderWhenTheServerHangsUpAfterIt(boolean pipelined) {
        offerPipelining(pipelined);
        server.on(Step.MAIL, new Reaction.SayAndHangUp("550 5.1.0 not this sender\r\n"));

        assertThat(send())
                .isInstanceOfSatisfying(
                        SendOutcome.Refused.class,
                        refused -> assertThat(refused.phase()).isEqualTo(SmtpPhase.MAIL));
    }

    // -------------------------------------------------------------------------------------------------- content

    @Test
    void neverEndsAMessageThatIsCutShort() {
        StoredContent cut = content(
                MESSAGE.getBytes(StandardCharsets.US_ASCII),
                bytes -> new ByteArrayInputStream(bytes, 0, bytes.length - 9));

        assertUnsendable(cut, "has 29 bytes, not 38");
    }

    @Test
    void neverEndsAMessageThatCannotBeReadToItsEnd() {
        StoredContent broken = content(MESSAGE.getBytes(StandardCharsets.US_ASCII), bytes -> new InputStream() {
            private int position;

            @Override
            public int read() throws IOException {
                throw new IOException("store gone");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (position > 0) {
                    throw new IOException("store gone");
                }
                System.arraycopy(bytes, 0, into, offset, bytes.length);
                position = bytes.length;
                return bytes.length;
            }
        });

        assertUnsendable(broken, "store gone");
    }

    @Test
    void neverEndsAMessageThatIsNotWhatWasStored() {
        StoredContent changed = content(MESSAGE.getBytes(StandardCharsets.US_ASCII), bytes -> {
            byte[] other = bytes.clone();
            other[5] ^= 1;
            return new ByteArrayInputStream(other);
        });

        assertUnsendable(changed, "does not match its SHA-256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\n.\nb\r\n", "a\r.\rb\r\n", "a\r\n.\rb\r\n", "a\n", "a\r", "a\r\r\n", "\nb\r\n"})
    void sendsNoLineEndThatServersMightTakeForTheEndOfTheMessage(String content) {
        assertUnsendable(BytesContent.of(content), "a line end that is not CRLF");
    }

    @Test
    void sendsNothingWhenTheStoredMessageCannotBeOpened() {
        StoredContent missing = content(new byte[10], bytes -> {
            throw new IllegalStateException("no such content");
        });

        assertThat(sender.send(transmission(account().build(), missing, "r@example.org")))
                .isInstanceOf(SendOutcome.NotSent.class);
        assertThat(count("MAIL")).isZero();
        assertThat(send()).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(server.connections()).isEqualTo(1);
    }

    private void assertUnsendable(StoredContent content, String detail) {
        SendOutcome outcome = sender.send(transmission(account().build(), content, "r@example.org"));

        assertThat(outcome).isInstanceOfSatisfying(SendOutcome.NotSent.class, notSent -> {
            assertThat(notSent.phase()).isEqualTo(SmtpPhase.CONTENT);
            assertThat(notSent.detail()).contains(detail);
        });
        await().until(() -> server.openConnections() == 0);
        assertThat(server.messages()).isEmpty();
    }

    private static StoredContent content(byte[] bytes, Function<byte[], InputStream> opening) {
        BytesContent whole = new BytesContent(bytes);
        return new StoredContent() {
            @Override
            public InputStream open() {
                return opening.apply(bytes);
            }

            @Override
            public long size() {
                return whole.size();
            }

            @Override
            public String sha256() {
                return whole.sha256();
            }
        };
    }

    // ---------------------------------------------------------------------------------------------------- login

    @Test
    void sendsNothingWithoutTheLoginItWasGiven() {
        server.withhold("AUTH");

        assertThat(send())
                .isInstanceOfSatisfying(
                        SendOutcome.NotSent.class,
                        notSent -> assertThat(notSent.phase()).isEqualTo(SmtpPhase.AUTH));
        assertThat(count("MAIL")).isZero();
    }

    @Test
    void sendsNothingWhereNoKnownLoginIsOffered() {
        server.withhold("AUTH").offer("AUTH GSSAPI CRAM-MD5");

        assertThat(send()).isInstanceOf(SendOutcome.NotSent.class);
        assertThat(server.commands()).noneMatch(line -> line.startsWith("AUTH") || line.startsWith("MAIL"));
    }

    @Test
    void saysNothingInClearWhereStarttlsIsNotOffered() {
        MailAccount account = account()
                .smtp(new MailServer("localhost", server.port(), Transport.STARTTLS))
                .build();

        assertThat(send(account, "r@example.org"))
                .isInstanceOfSatisfying(
                        SendOutcome.NotSent.class,
                        notSent -> assertThat(notSent.phase()).isEqualTo(SmtpPhase.TLS));
        assertThat(server.commands()).allMatch(line -> line.startsWith("EHLO"));
    }

    @Test
    void believesNothingThatWasSaidInClearBehindTheAnswerToStarttls() {
        TestCertificate certificate = TestCertificate.forHost("localhost");
        try (ScriptedSmtpServer attacked = ScriptedSmtpServer.startTls(certificate)) {
            // In one packet: the go-ahead, and what is to be taken for the answers to the encrypted EHLO and AUTH.
            attacked.on(
                    ScriptedSmtpServer.Step.STARTTLS,
                    new ScriptedSmtpServer.Reaction.Say(
                            "220 2.0.0 go\r\n250-injected\r\n250 AUTH LOGIN\r\n235 2.7.0 injected\r\n"));
            MailAccount account = account()
                    .smtp(new MailServer("localhost", attacked.port(), Transport.STARTTLS))
                    .tlsTrust(certificate.trust())
                    .build();

            SendOutcome outcome = send(account, "r@example.org");

            // Discarded or cut off; never believed.
            if (outcome instanceof SendOutcome.Accepted) {
                assertThat(attacked.commands().stream().filter(line -> line.startsWith("EHLO")))
                        .hasSize(2);
                assertThat(attacked.commands()).anyMatch(line -> line.startsWith("AUTH PLAIN"));
            } else {
                assertThat(attacked.commands()).noneMatch(line -> line.startsWith("AUTH"));
            }
        }
    }

    @Test
    void logsInStepByStepWhereOnlyThatIsOffered() {
        server.withhold("AUTH").offer("AUTH LOGIN");
        server.on(
                Step.AUTH,
                line -> line.equals("AUTH LOGIN")
                        ? say("334 VXNlcm5hbWU6")
                        : line.equals(base64("sender@example.org"))
                                ? say("334 UGFzc3dvcmQ6")
                                : line.equals(base64("pa55word")) ? say("235 2.7.0 ok") : say("535 5.7.8 no"));

        assertThat(send()).isInstanceOf(SendOutcome.Accepted.class);
    }

    @Test
    void logsInWithAFreshToken() {
        server.withhold("AUTH").offer("AUTH XOAUTH2");
        MailAccount account = account()
                .credentials(new Credentials.AccessToken("sender@example.org", () -> Secret.of("t0ken")))
                .address("sender@example.org")
                .build();

        assertThat(send(account, "r@example.org")).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(server.commands())
                .contains("AUTH XOAUTH2 " + base64("user=sender@example.org\u0001auth=Bearer t0ken\u0001\u0001"));
    }

    @Test
    void takesARefusedTokenForARefusedLogin() {
        server.withhold("AUTH").offer("AUTH XOAUTH2");
        server.on(
                Step.AUTH,
                line -> line.isEmpty() ? say("535 5.7.8 expired") : say("334 " + base64("{\"status\":\"401\"}")));
        MailAccount account = account()
                .credentials(new Credentials.AccessToken("sender@example.org", () -> Secret.of("t0ken")))
                .build();

        assertThat(send(account, "r@example.org"))
                .isInstanceOfSatisfying(
                        SendOutcome.AccountRefused.class,
                        refused -> assertThat(refused.reply().code()).isEqualTo(535));
    }

    @Test
    void tellsThatNoTokenCouldBeHadWithoutQuotingTheSupplier() {
        MailAccount account = account()
                .credentials(new Credentials.AccessToken("sender@example.org", () -> {
                    throw new IllegalStateException("client_secret=t0psecret");
                }))
                .build();

        SendOutcome outcome = send(account, "r@example.org");

        assertThat(outcome).isInstanceOf(SendOutcome.NotSent.class);
        assertThat(outcome.toString()).doesNotContain("t0psecret");
        assertThat(server.connections()).isZero();
    }

    @Test
    void knowsThatNothingWasSentWhenTheSupplierOfTokensIsBroken() {
        MailAccount.Builder account = account();
        Credentials.TokenSupplier broken = () -> {
            throw new NoClassDefFoundError("org/example/OAuthClient");
        };
        for (Credentials.TokenSupplier supplier : List.of(broken, tokenless())) {
            account.credentials(new Credentials.AccessToken("sender@example.org", supplier));
            assertThat(send(account.build(), "r@example.org"))
                    .isInstanceOfSatisfying(
                            SendOutcome.NotSent.class,
                            notSent -> assertThat(notSent.phase()).isEqualTo(SmtpPhase.AUTH));
        }
        assertThat(server.connections()).isZero();
    }

    @SuppressWarnings("NullAway") // Promised never to be null; hosts are not checked.
    private static Credentials.TokenSupplier tokenless() {
        return () -> null;
    }

    @Test
    void doesNotRepeatASecretThatTheServerQuotes() {
        server.on(Step.AUTH, line -> say("535 5.7.8 bad line: " + line + " for pa55word"));

        assertThat(send().toString())
                .contains("535")
                .doesNotContain("pa55word")
                .doesNotContain(base64("sender@example.org\0sender@example.org\0pa55word"));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    // ----------------------------------------------------------------------------------------------------- pool

    @Test
    void sendsOneMessageAfterTheOtherOnOneConnection() {
        for (int i = 0; i < 5; i++) {
            assertThat(send()).isInstanceOf(SendOutcome.Accepted.class);
        }

        assertThat(server.connections()).isEqualTo(1);
        assertThat(count("AUTH")).isEqualTo(1);
        assertThat(count("RSET")).isZero();
    }

    /** RFC 5321 section 4.1.1.4: the final dot ends a transaction, accepted or refused; what was given up before has to be reset. */
    @ParameterizedTest
    @CsvSource({"MAIL, true", "RCPT, true", "DATA, true", "DOT, false"})
    void resetsATransactionThatWasGivenUpAndNoOther(Step refusing, boolean reset) {
        send();
        server.once(refusing, say("451 4.3.0 later"));
        assertThat(send()).isInstanceOf(SendOutcome.Refused.class);
        assertThat(send()).isInstanceOf(SendOutcome.Accepted.class);

        List<String> whole = List.of("MAIL", "RCPT", "DATA");
        List<String> expected = new ArrayList<>(whole);
        expected.addAll(reset ? whole.subList(0, whole.indexOf(refusing.name()) + 1) : whole);
        if (reset) {
            expected.add("RSET");
        }
        expected.addAll(whole);
        assertThat(server.commands().stream()
                        .map(line -> line.split(" ", 2)[0])
                        .dropWhile(verb -> !verb.equals("MAIL"))
                        .toList())
                .isEqualTo(expected);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void keepsItsConnectionWhenGarbageIsCollected() {
        send();
        AtomicBoolean collected = new AtomicBoolean();
        Cleaner.create().register(new Object(), () -> collected.set(true));
        await().until(() -> {
            System.gc();
            return collected.get();
        });
        for (int i = 0; i < 3; i++) {
            System.gc();
            assertThat(send()).isInstanceOf(SendOutcome.Accepted.class);
        }

        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void takesANewConnectionAfterSoManyMessages() {
        for (int i = 0; i < 7; i++) {
            send(account().messagesPerConnection(3).build(), "r@example.org");
        }

        assertThat(server.connections()).isEqualTo(3);
        await().until(() -> count("QUIT") == 2);
    }

    @Test
    void takesANewConnectionWhenTheCredentialsChange() {
        send(account().build(), "r@example.org");
        send(account().credentials("sender@example.org", "new-pa55word").build(), "r@example.org");

        assertThat(server.connections()).isEqualTo(2);
        assertThat(count("AUTH")).isEqualTo(2);
        await().until(() -> server.openConnections() == 1);
    }

    @Test
    void takesANewConnectionWhenTheProtectionChanges() {
        TestCertificate certificate = TestCertificate.forHost("localhost");
        try (ScriptedSmtpServer either = ScriptedSmtpServer.startTls(certificate)) {
            MailAccount.Builder account = account().tlsTrust(certificate.trust());
            for (Transport transport : List.of(Transport.PLAIN, Transport.STARTTLS)) {
                account.smtp(new MailServer("localhost", either.port(), transport));
                assertThat(send(account.build(), "r@example.org")).isInstanceOf(SendOutcome.Accepted.class);
            }

            assertThat(either.connections()).isEqualTo(2);
            assertThat(either.commands()).containsOnlyOnce("STARTTLS");
        }
    }

    @Test
    void takesANewConnectionWhenTheTrustChanges() {
        TestCertificate certificate = TestCertificate.forHost("localhost");
        try (ScriptedSmtpServer encrypted = ScriptedSmtpServer.implicitTls(certificate)) {
            MailAccount.Builder account = account()
                    .smtp(new MailServer("localhost", encrypted.port(), Transport.IMPLICIT_TLS))
                    .tlsTrust(certificate.trust());
            assertThat(send(account.build(), "r@example.org")).isInstanceOf(SendOutcome.Accepted.class);

            // Whom the account trusts no longer gets nothing more, though a connection is open.
            account.tlsTrust(TestCertificate.forHost("localhost").trust());
            assertThat(send(account.build(), "r@example.org")).isInstanceOf(SendOutcome.NotSent.class);
            assertThat(encrypted.messages()).hasSize(1);
        }
    }

    @Test
    void takesANewConnectionWhenTheUserOrTheServerChanges() {
        send(account().build(), "r@example.org");
        send(account().credentials("other@example.org", "pa55word").build(), "r@example.org");
        assertThat(server.connections()).isEqualTo(2);

        try (ScriptedSmtpServer other = ScriptedSmtpServer.plain()) {
            send(
                    account()
                            .smtp(new MailServer("localhost", other.port(), Transport.PLAIN))
                            .build(),
                    "r@example.org");
            assertThat(other.messages()).hasSize(1);
        }
        assertThat(server.messages()).hasSize(2);
    }

    @Test
    void sharesNoConnectionBetweenTenants() {
        send(account().tenant("one").build(), "r@example.org");
        send(account().tenant("two").build(), "r@example.org");

        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void asksAServerThatWasIdleWhetherItIsThere() {
        send();
        now.updateAndGet(time -> time.plusSeconds(3));
        send();

        assertThat(server.connections()).isEqualTo(1);
        assertThat(count("RSET")).isEqualTo(1);
    }

    @Test
    void closesAConnectionThatWasIdleForTooLong() {
        send();
        now.updateAndGet(time -> time.plusSeconds(30));
        sender.closeIdle();

        await().until(() -> server.openConnections() == 0);
        assertThat(count("QUIT")).isEqualTo(1);
        assertThat(send()).isInstanceOf(SendOutcome.Accepted.class);
    }

    @Test
    void replacesAConnectionThatHadEnded() {
        send();
        server.hangUp();
        await().until(() -> server.openConnections() == 0);

        assertThat(send()).isInstanceOf(SendOutcome.Accepted.class);
        assertThat(server.connections()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void replacesAKeptConnectionThatTheServerEndsInsteadOfTakingTheSender(boolean pipelined) {
        offerPipelining(pipelined);
        for (Reaction ending : List.of(new Reaction.HangUp(), say("421 4.4.2 too long idle"))) {
            send();
            int before = server.connections();
            server.once(Step.MAIL, ending);

            assertThat(send()).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(server.connections()).isEqualTo(before + 1);
        }
        assertThat(server.messages()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void doesNotTryAgainByItselfOnceTheServerTookTheSender(boolean pipelined) {
        offerPipelining(pipelined);
        for (Step step : List.of(Step.RCPT, Step.DATA, Step.CONTENT, Step.DOT)) {
            send();
            int before = server.connections();
            int messages = server.messages().size();
            server.once(step, new Reaction.HangUp());

            SendOutcome outcome = send();

            assertThat(outcome)
                    .isInstanceOf(
                            step == Step.DOT || step == Step.CONTENT ? SendOutcome.class : SendOutcome.NotSent.class)
                    .isNotInstanceOf(SendOutcome.Accepted.class);
            assertThat(server.connections()).isEqualTo(before);
            assertThat(server.messages()).hasSize(messages + (step == Step.DOT ? 1 : 0));
        }
    }

    @Test
    void opensNoMoreConnectionsThanTheAccountMayHave() throws Exception {
        server.on(Step.DOT, new Reaction.Stall());
        List<CompletableFuture<SendOutcome>> sending = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            sending.add(CompletableFuture.supplyAsync(
                    () -> send(account().maxConnections(2).build(), "r@example.org"),
                    task -> new Thread(task, "test-sender").start()));
        }
        await().until(() -> server.messages().size() == 2);
        assertThat(server.connections()).isEqualTo(2);
        server.release();

        for (CompletableFuture<SendOutcome> each : sending) {
            assertThat(each.get()).isInstanceOf(SendOutcome.Accepted.class);
        }
        assertThat(server.connections()).isEqualTo(2);
    }

    @Test
    void letsOneAccountSendWhileTheServerOfAnotherSleeps() {
        try (ScriptedSmtpServer asleep = ScriptedSmtpServer.plain()) {
            asleep.on(Step.GREETING, new Reaction.Stall());
            MailAccount slow = MailAccount.ordinary("slow")
                    .smtp(new MailServer("localhost", asleep.port(), Transport.PLAIN))
                    .credentials("s@example.org", "x")
                    .maxConnections(1)
                    .build();
            for (int i = 0; i < 3; i++) {
                new Thread(() -> send(slow, "r@example.org"), "test-sender").start();
            }
            await().until(asleep::isStalling);

            for (int i = 0; i < 10; i++) {
                assertThat(send()).isInstanceOf(SendOutcome.Accepted.class);
            }
        }
    }

    @Test
    void stopsWaitingForAConnectionWhenInterrupted() throws Exception {
        server.on(Step.DOT, new Reaction.Stall());
        MailAccount account = account().maxConnections(1).build();
        CompletableFuture<SendOutcome> first = CompletableFuture.supplyAsync(() -> send(account, "r@example.org"));
        await().until(server::isStalling);
        AtomicReference<SendOutcome> second = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        Thread waiting = new Thread(() -> {
            second.set(send(account, "r@example.org"));
            interrupted.set(Thread.currentThread().isInterrupted());
            done.countDown();
        });
        waiting.start();
        waiting.interrupt();
        done.await();

        assertThat(second.get()).isInstanceOf(SendOutcome.NotSent.class);
        assertThat(interrupted.get()).isTrue();
        server.release();
        assertThat(first.get()).isInstanceOf(SendOutcome.Accepted.class);
    }

    @Test
    void letsWhatIsUnderWayEndWhenItIsClosed() throws Exception {
        server.on(Step.DOT, new Reaction.Stall());
        MailAccount account = account().maxConnections(1).build();
        CompletableFuture<SendOutcome> first = CompletableFuture.supplyAsync(() -> send(account, "r@example.org"));
        await().until(server::isStalling);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(sender::close);
        await().until(() -> send(account, "r@example.org") instanceof SendOutcome.NotSent);
        assertThat(closing.isDone()).isFalse();
        server.release();

        assertThat(first.get()).isInstanceOf(SendOutcome.Accepted.class);
        closing.get();
        await().until(() -> server.openConnections() == 0);
        assertThat(send()).isInstanceOf(SendOutcome.NotSent.class);
        assertThat(server.messages()).hasSize(1);
    }

    @Test
    void tellsThatNobodyListens() {
        MailAccount account = account().build();
        server.close();

        assertThat(send(account, "r@example.org")).isInstanceOfSatisfying(SendOutcome.NotSent.class, notSent -> {
            assertThat(notSent.phase()).isEqualTo(SmtpPhase.CONNECT);
            assertThat(notSent.detail()).startsWith("the connection was refused");
        });
    }

    @Test
    void tellsThatTheHostIsUnknown() {
        MailAccount account = account()
                .smtp(new MailServer("nowhere.invalid", 465, Transport.IMPLICIT_TLS))
                .build();

        assertThat(send(account, "r@example.org"))
                .isInstanceOfSatisfying(
                        SendOutcome.NotSent.class,
                        notSent -> assertThat(notSent.phase()).isEqualTo(SmtpPhase.CONNECT));
    }

    /** Each step may take its time; there is none for all of them together. */
    @Test
    void sendsAMessageThatTakesLongerThanAnyStepMayTake() {
        Duration step = Duration.ofMinutes(1);
        AtomicLong nanoTime = new AtomicLong();
        try (AngusSmtpSender patient = new AngusSmtpSender(
                new SmtpTimeouts(step, step, step, step), PoolLimits.DEFAULTS, now::get, nanoTime::get)) {
            for (Step each : List.of(Step.GREETING, Step.EHLO, Step.AUTH, Step.MAIL, Step.RCPT, Step.DATA, Step.DOT)) {
                server.on(each, line -> {
                    nanoTime.addAndGet(step.multipliedBy(9).dividedBy(10).toNanos());
                    patient.watch();
                    return new Reaction.Usual();
                });
            }
            String[] recipients =
                    IntStream.range(0, 20).mapToObj(i -> i + "@example.org").toArray(String[]::new);

            assertThat(patient.send(transmission(account().build(), BytesContent.of(MESSAGE), recipients)))
                    .isInstanceOf(SendOutcome.Accepted.class);
            assertThat(Duration.ofNanos(nanoTime.get())).isGreaterThan(step.multipliedBy(20));
        }
    }

    private void offerPipelining(boolean pipelined) {
        if (pipelined) {
            server.offer("PIPELINING");
        }
    }

    private void refuse(String part, String reply) {
        refusals.put(part, reply);
        server.on(
                Step.RCPT,
                line -> refusals.entrySet().stream()
                        .filter(entry -> line.contains("<" + entry.getKey()))
                        .map(entry -> say(entry.getValue()))
                        .findFirst()
                        .orElse(new Reaction.Usual()));
    }

    private final Map<String, String> refusals = new ConcurrentHashMap<>();
}
