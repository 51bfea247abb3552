package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Secret;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.imap.MailboxQuota;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers say, and what is made of it. */
class ImapConnectionTest {
    private static final String[] LOGIN = {
        "* OK ready",
        "C: TAG CAPABILITY",
        "* CAPABILITY IMAP4rev1 IDLE",
        "TAG OK done",
        "C: TAG LOGIN \"user\" \"mailbox-secret\"",
        "TAG OK in",
        "C: TAG CAPABILITY",
        "* CAPABILITY IMAP4rev1 IDLE",
        "TAG OK done"
    };
    private static final String[] EXAMINE = {
        "C: TAG EXAMINE \"INBOX\"",
        "* FLAGS (\\Answered \\Seen)",
        "* OK [PERMANENTFLAGS ()] read-only",
        "* 3 EXISTS",
        "* 0 RECENT",
        "* OK [UIDVALIDITY 42] valid",
        "* OK [UIDNEXT 9] next",
        "TAG OK [READ-ONLY] examined"
    };

    @TempDir
    Path folder;

    // ------------------------------------------------------------------------------------------------- logging in

    @Test
    void logsInWithPlainInOneTurnWhereTheServerAllowsIt() throws Exception {
        String response = base64("\0user\0mailbox-secret");
        try (ScriptedImapServer server = new ScriptedImapServer(
                "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready",
                "C: TAG AUTHENTICATE PLAIN " + response,
                "TAG OK [CAPABILITY IMAP4rev1 IDLE] in")) {
            assertThat(connect(server).canIdle()).isTrue();
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void logsInWithPlainInTwoTurnsElsewhere() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(
                "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready",
                "C: TAG AUTHENTICATE PLAIN",
                "+ ",
                "C: " + base64("\0user\0mailbox-secret"),
                "TAG OK [CAPABILITY IMAP4rev1] in")) {
            assertThat(connect(server).canIdle()).isFalse();
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void sendsAPasswordOutsideAsciiAsALiteral() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(
                "* OK [CAPABILITY IMAP4rev1] ready",
                "C: TAG LOGIN \"us\\\"er\\\\\" {8}",
                "+ go on",
                "C: \u00e8\u00e8\u00e8\u00e8",
                "TAG OK [CAPABILITY IMAP4rev1] in")) {
            connect(server, "us\"er\\", "\u00e8\u00e8\u00e8\u00e8");
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void logsInWithAnAccessToken() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(
                "* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready",
                "C: TAG AUTHENTICATE XOAUTH2",
                "+ ",
                "C: " + base64("user=user\1auth=Bearer token\1\1"),
                "TAG OK [CAPABILITY IMAP4rev1] in")) {
            connectWithToken(server);
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void answersTheReasonOfARefusedTokenToHearTheRefusal() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(
                "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready",
                "C: TAG AUTHENTICATE XOAUTH2 " + base64("user=user\1auth=Bearer token\1\1"),
                "+ eyJzdGF0dXMiOiI0MDAifQ==",
                "C:",
                "TAG NO [AUTHENTICATIONFAILED] expired")) {
            MailboxException refused = catchThrowableOfType(MailboxException.class, () -> connectWithToken(server));
            assertThat(refused.kind()).isEqualTo(Kind.LOGIN_REFUSED);
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void keepsWhatASupplierOfTokensSaysToItself() throws Exception {
        try (ScriptedImapServer server =
                new ScriptedImapServer("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready", "C: nothing")) {
            MailboxException failed = catchThrowableOfType(
                    MailboxException.class,
                    () -> connector()
                            .connect(account(server, Transport.PLAIN)
                                    .imapCredentials(new Credentials.AccessToken("user", () -> {
                                        throw new IllegalStateException("refresh token 12345 expired");
                                    }))
                                    .build()));
            assertThat(failed).hasNoCause().message().doesNotContain("12345");
        }
    }

    @Test
    void tellsABusyServerFromWrongCredentials() throws Exception {
        assertThat(loginAnswered("NO [UNAVAILABLE] try later").kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(loginAnswered("NO [AUTHENTICATIONFAILED] no").kind()).isEqualTo(Kind.LOGIN_REFUSED);
        assertThat(loginAnswered("NO no").kind()).isEqualTo(Kind.LOGIN_REFUSED);
    }

    @Test
    void sendsNoPasswordWhereLoginIsDisabled() throws Exception {
        try (ScriptedImapServer server =
                new ScriptedImapServer("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready", "C: nothing")) {
            MailboxException refused = catchThrowableOfType(MailboxException.class, () -> connect(server));
            assertThat(refused.kind()).isEqualTo(Kind.LOGIN_REFUSED);
            assertThat(server.heard()).noneMatch(said -> said.contains("mailbox-secret"));
        }
    }

    @Test
    void sendsNothingToAServerThatDoesNotOfferStartTls() throws Exception {
        try (ScriptedImapServer server =
                new ScriptedImapServer("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready", "C: nothing")) {
            MailboxException refused = catchThrowableOfType(
                    MailboxException.class,
                    () -> connector()
                            .connect(account(server, Transport.STARTTLS).build()));
            assertThat(refused.kind()).isEqualTo(Kind.NOT_SECURE);
            assertThat(server.heard()).noneMatch(said -> said.contains("AUTHENTICATE") || said.contains("LOGIN"));
        }
    }

    @Test
    void refusesWhatWasSaidInClearBehindTheAnswerToStartTls() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(
                "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready",
                "C: TAG STARTTLS",
                "TAG OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN")) {
            MailboxException refused = catchThrowableOfType(
                    MailboxException.class,
                    () -> connector()
                            .connect(account(server, Transport.STARTTLS).build()));
            assertThat(refused.reason()).contains("before TLS");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"* PREAUTH welcome", "* BYE too many connections", "* NO", "220 mail.example ESMTP", ""})
    void refusesAnyOtherGreeting(String greeting) throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(greeting)) {
            MailboxException refused = catchThrowableOfType(MailboxException.class, () -> connect(server));
            assertThat(refused.kind()).isIn(Kind.UNREACHABLE, Kind.GARBLED, Kind.LOST);
        }
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer()) {
            MailboxException silent = catchThrowableOfType(
                    MailboxException.class,
                    () -> new ImapConnector(Duration.ofSeconds(10), Duration.ofMillis(50))
                            .connect(account(server, Transport.PLAIN).build()));
            assertThat(silent.reason()).contains("nothing came in time");
        }
    }

    // --------------------------------------------------------------------------------------------------- looking

    @Test
    void looksOnlyAndPeeksOnly() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                EXAMINE,
                "C: TAG UID FETCH 1:3,7 (UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER])",
                "TAG OK",
                "C: TAG UID FETCH 7 (UID BODY.PEEK[])",
                "TAG OK"))) {
            MailboxConnection connection = connect(server);
            assertThat(connection.examine("INBOX")).isEqualTo(new FolderState(42, 9, 3));
            assertThat(connection.headers(new long[] {1, 2, 3, 7})).isEmpty();
            assertThat(connection.contents(new long[] {7}, spool())).isEmpty();
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void askedAheadAnswersComeLaterOrAreLeftOut() throws Exception {
        String beginnings = " (UID RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.16384>)";
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                EXAMINE,
                "C: TAG UID FETCH 1:2" + beginnings,
                "* 1 FETCH (UID 1 RFC822.SIZE 6 BODY[]<0> {6}\r\nA:\r\n\r\n)",
                "* 2 FETCH (UID 2 RFC822.SIZE 99999 BODY[]<0> {16384}\r\nB:\r\n\r\n" + "x".repeat(16378) + ")",
                "TAG OK",
                "C: TAG UID FETCH 3:4" + beginnings,
                "* 3 FETCH (UID 3 RFC822.SIZE 6 BODY[]<0> {6}\r\nC:\r\n\r\n)",
                "TAG NO not those",
                "C: TAG NOOP",
                "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");

            connection.askAhead(new long[] {1, 2});
            List<MailBeginning> found = connection.beginnings(new long[] {1, 2}, header -> true);
            connection.askAhead(new long[] {3, 4});
            connection.noop();

            assertThat(found).extracting(mail -> mail.header().header()).containsExactly("A:\r\n\r\n", "B:\r\n\r\n");
            assertThat(found).extracting(mail -> mail.whole() != null).containsExactly(true, false);
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void readsItemsInAnyOrderAndForm() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                EXAMINE,
                "C: TAG UID FETCH 1:4 (UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER])",
                "* 1 FETCH (BODY[HEADER] {6}\r\nA: b\r\n INTERNALDATE \" 7-Mar-2026 09:08:07 +0100\" UID 1 RFC822.SIZE 10)",
                "* 9 EXISTS",
                "* 2 fetch (uid 2 flags (\\Seen $x) rfc822.size 20 body[header] \"C: \\\"d\\\"\" envelope (\"a\" (NIL NIL) {2}\r\n)( x))",
                "* 3 FETCH (FLAGS (\\Seen))",
                "* 4 FETCH (UID 4 BODY[HEADER] NIL)",
                "* OK [ALERT] quota {5}",
                "* XSTRANGE {3}\r\n)*( and more",
                "* 77 FETCH (UID 77 BODY[HEADER] {3}\r\nnot)",
                "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");

            List<MailHeader> headers = connection.headers(new long[] {1, 2, 3, 4});

            assertThat(headers)
                    .containsExactly(
                            new MailHeader(1, 10, Instant.parse("2026-03-07T08:08:07Z"), "A: b\r\n", true),
                            new MailHeader(2, 20, null, "C: \"d\"", true));
        }
    }

    @Test
    void tellsTheResourceNearestToItsLimit() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(
                "* OK [CAPABILITY IMAP4rev1 QUOTA] ready",
                "C: TAG LOGIN \"user\" \"mailbox-secret\"",
                "TAG OK [CAPABILITY IMAP4rev1 QUOTA] in",
                "C: TAG GETQUOTAROOT \"INBOX\"",
                "* QUOTAROOT INBOX \"User quota\" other {1}\r\nx",
                "* QUOTA \"User quota\" (STORAGE 10 512 MESSAGE 90 100)",
                "* QUOTA other ()",
                "* QUOTA {1}\r\nx ( STORAGE 7 0 )",
                "TAG OK done",
                "C: TAG GETQUOTAROOT \"INBOX\"",
                "TAG NO not today",
                "C: TAG GETQUOTAROOT \"INBOX\"",
                "* QUOTA x (" + "STORAGE 1 2 ".repeat(200) + ")",
                "TAG OK done")) {
            MailboxConnection connection = connect(server);
            assertThat(connection.quota("INBOX")).contains(new MailboxQuota("MESSAGE", 90, 100));
            assertThat(connection.quota("INBOX")).isEmpty();
            assertThat(catchThrowableOfType(MailboxException.class, () -> connection.quota("INBOX"))
                            .kind())
                    .isEqualTo(Kind.GARBLED);
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void asksNoQuotaOfAServerThatDoesNotTell() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(LOGIN)) {
            MailboxConnection connection = connect(server);
            assertThat(connection.quota("INBOX")).isEmpty();
            assertThat(server.heard()).noneMatch(said -> said.contains("QUOTA"));
        }
    }

    @Test
    void keepsTheBeginningOfAnEndlessHeader() throws Exception {
        int size = FetchedItems.LONGEST_HEADER + 10;
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                EXAMINE,
                "C: TAG UID FETCH 1 (UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER])",
                "* 1 FETCH (UID 1 BODY[HEADER] {" + size + "}\r\n" + "x".repeat(size) + ")",
                "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");

            MailHeader header = connection.headers(new long[] {1}).get(0);

            assertThat(header.complete()).isFalse();
            assertThat(header.header()).hasSize(FetchedItems.LONGEST_HEADER);
            assertThat(ReceiptCandidate.matches(header)).isTrue();
        }
    }

    @Test
    void readsWholeMailsOfAnyForm() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                EXAMINE,
                "C: TAG UID FETCH 1:5 (UID BODY.PEEK[])",
                "* 1 FETCH (UID 1 BODY[] {0}\r\n)",
                "* 2 FETCH (BODY[] ~{3}\r\na\0b UID 2)",
                "* 3 FETCH (UID 3 BODY[] \"quo\\\\ted\")",
                "* 4 FETCH (UID 4 BODY[] NIL)",
                "* 2 FETCH (BODY[] {5}\r\nagain UID 2)",
                "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");

            Map<Long, SpooledContent> contents = connection.contents(new long[] {1, 2, 3, 4, 5}, spool());

            assertThat(contents).containsOnlyKeys(1L, 2L, 3L);
            assertThat(text(contents.get(1L))).isEmpty();
            assertThat(text(contents.get(2L))).isEqualTo("a\0b");
            assertThat(text(contents.get(3L))).isEqualTo("quo\\ted");
        }
    }

    @Test
    void letsGoOfWhatItHasWhenTheConnectionBreaksInTheMiddle() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                EXAMINE,
                "C: TAG UID FETCH 1:2 (UID BODY.PEEK[])",
                "* 1 FETCH (UID 1 BODY[] {3}\r\nabc)",
                "* BYE shutting down"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");

            MailboxException lost =
                    catchThrowableOfType(MailboxException.class, () -> connection.contents(new long[] {1, 2}, spool()));

            assertThat(lost.kind()).isEqualTo(Kind.LOST);
            assertThat(lost.reason()).contains("shutting down");
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void sortsAndFiltersWhatASearchFinds() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                EXAMINE,
                "C: TAG UID SEARCH UID 5:*",
                "* SEARCH 9 7 7 4",
                "* SEARCH",
                "* SEARCH 8 (MODSEQ 12)",
                "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            assertThat(connection.search(new MailSearch.FromUid(5))).containsExactly(7, 8, 9);
        }
    }

    @Test
    void quotesWhatItSearchesFor() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(
                script(EXAMINE, "C: TAG UID SEARCH HEADER \"X-Riferimento-Message-ID\" \"a\\\"b\\\\c@d\"", "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            connection.search(new MailSearch.HeaderContains("X-Riferimento-Message-ID", "a\"b\\c@d"));
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void asksForTheHighestUidOfAServerThatGivesNoUidNext() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                new String[] {"C: TAG EXAMINE \"INBOX\"", "* 3 EXISTS", "* OK [UIDVALIDITY 42]", "TAG OK"},
                "C: TAG UID SEARCH UID *",
                "* SEARCH 12",
                "TAG OK"))) {
            assertThat(connect(server).examine("INBOX").uidNext()).isEqualTo(13);
        }
    }

    @Test
    void refusesAFolderWithoutUidValidity() throws Exception {
        try (ScriptedImapServer server =
                new ScriptedImapServer(script(new String[] {"C: TAG EXAMINE \"INBOX\"", "* 3 EXISTS", "TAG OK"}))) {
            MailboxConnection connection = connect(server);
            MailboxException refused = catchThrowableOfType(MailboxException.class, () -> connection.examine("INBOX"));
            assertThat(refused.reason()).contains("UIDVALIDITY");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* 1 FETCH (UID x)",
                "* 1 FETCH (UID 1 BODY[] {99999999999999999999}",
                "* 1 FETCH UID 1",
                "A999 OK not yours",
                "hello",
                "* 1 FETCH (UID 1 BODY[] \"goes over",
                "* SEARCH one two"
            })
    void givesUpOnWhatIsNotImap(String said) throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(
                script(EXAMINE, "C: TAG UID FETCH 1 (UID BODY.PEEK[])", said, "C: TAG LOGOUT"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            MailboxException garbled = catchThrowableOfType(MailboxException.class, () -> {
                if (said.contains("SEARCH")) {
                    connection.search(new MailSearch.FromUid(1));
                } else {
                    connection.contents(new long[] {1}, spool());
                }
            });
            assertThat(garbled.kind()).isEqualTo(Kind.GARBLED);
            assertThat(garbled.connectionUsable()).isFalse();
            MailboxException broken = catchThrowableOfType(MailboxException.class, connection::noop);
            assertThat(broken.kind()).isEqualTo(Kind.LOST);
        }
    }

    @Test
    void goesOnAfterARefusedCommand() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                EXAMINE,
                "C: TAG UID FETCH 1 (UID BODY.PEEK[])",
                "TAG NO [SERVERBUG] internal error",
                "C: TAG NOOP",
                "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            MailboxException refused =
                    catchThrowableOfType(MailboxException.class, () -> connection.contents(new long[] {1}, spool()));
            assertThat(refused.connectionUsable()).isTrue();
            connection.noop();
        }
    }

    // -------------------------------------------------------------------------------------------------- changing

    @Test
    void givesOnlyFlagsThatTheFolderKeeps() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                new String[] {
                    "C: TAG SELECT \"INBOX\"",
                    "* OK [PERMANENTFLAGS (\\Answered \\Seen)] limited",
                    "* OK [UIDVALIDITY 7] ok",
                    "* OK [UIDNEXT 4] ok",
                    "TAG OK [READ-WRITE] ok"
                },
                "C: TAG UID STORE 1:2 +FLAGS.SILENT (\\Seen)",
                "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.select("INBOX");
            MailboxException refused =
                    catchThrowableOfType(MailboxException.class, () -> connection.flag(new long[] {1}, "$Handled"));
            assertThat(refused.connectionUsable()).isTrue();
            connection.flag(new long[] {1, 2}, "\\Seen");
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void movesNothingWhereTheServerCannotDoItInOneStep() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(EXAMINE, "C: TAG NOOP", "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            MailboxException refused =
                    catchThrowableOfType(MailboxException.class, () -> connection.move(new long[] {1}, "Handled"));
            assertThat(refused.connectionUsable()).isTrue();
            connection.noop();
            assertThat(server.faults()).isEmpty();
        }
    }

    // ------------------------------------------------------------------------------------------------------ IDLE

    @Test
    void returnsFromIdleWhenMailArrives() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(
                EXAMINE,
                "C: TAG IDLE",
                "* OK still here",
                "+ idling",
                "* 2 FETCH (FLAGS (\\Seen))",
                "* 1 EXPUNGE",
                "* 3 EXISTS",
                "C: DONE",
                "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            assertThat(connection.idle(Duration.ofMinutes(5))).isTrue();
            assertThat(server.faults()).isEmpty();
        }
    }

    @Test
    void doesNotWaitWhenMailArrivedBeforeIdle() throws Exception {
        try (ScriptedImapServer server =
                new ScriptedImapServer(script(EXAMINE, "C: TAG NOOP", "* 4 EXISTS", "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            connection.noop();
            assertThat(connection.idle(Duration.ofMinutes(5))).isTrue();
        }
    }

    @Test
    void endsIdleWhenTheTimeIsOver() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(
                script(EXAMINE, "C: TAG IDLE", "+ idling", "C: DONE", "TAG OK", "C: TAG NOOP", "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            assertThat(connection.idle(Duration.ofMillis(5))).isFalse();
            connection.noop();
        }
    }

    @Test
    void endsIdleWhenWoken() throws Exception {
        try (ScriptedImapServer server =
                new ScriptedImapServer(script(EXAMINE, "C: TAG IDLE", "+ idling", "C: DONE", "TAG OK"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            connection.wake();
            assertThat(connection.idle(Duration.ofMinutes(5))).isFalse();
        }
    }

    @Test
    void aServerThatRefusesIdleIsToldOf() throws Exception {
        try (ScriptedImapServer server = new ScriptedImapServer(script(EXAMINE, "C: TAG IDLE", "TAG BAD not today"))) {
            MailboxConnection connection = connect(server);
            connection.examine("INBOX");
            MailboxException refused =
                    catchThrowableOfType(MailboxException.class, () -> connection.idle(Duration.ofMinutes(5)));
            assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
        }
    }

    // --------------------------------------------------------------------------------------------------- helpers

    private static String[] script(String[] beginning, String... rest) {
        return Stream.of(LOGIN, beginning, rest).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private MailboxException loginAnswered(String answer) throws IOException {
        try (ScriptedImapServer server = new ScriptedImapServer(
                "* OK [CAPABILITY IMAP4rev1] ready", "C: TAG LOGIN \"user\" \"mailbox-secret\"", "TAG " + answer)) {
            return catchThrowableOfType(MailboxException.class, () -> connect(server));
        }
    }

    private static ImapConnector connector() {
        return new ImapConnector();
    }

    private static MailAccount.Builder account(ScriptedImapServer server, Transport transport) {
        return MailAccount.pec("pec")
                .address("pec@example.it")
                .smtps("localhost", 465)
                .imap(new MailServer("localhost", server.port(), transport))
                .credentials("user", "mailbox-secret");
    }

    private static MailboxConnection connect(ScriptedImapServer server) throws MailboxException {
        return connect(server, "user", "mailbox-secret");
    }

    private static MailboxConnection connect(ScriptedImapServer server, String user, String password)
            throws MailboxException {
        return connector()
                .connect(account(server, Transport.PLAIN)
                        .imapCredentials(user, password)
                        .build());
    }

    private static MailboxConnection connectWithToken(ScriptedImapServer server) throws MailboxException {
        return connector()
                .connect(account(server, Transport.PLAIN)
                        .imapCredentials(new Credentials.AccessToken("user", () -> Secret.of("token")))
                        .build());
    }

    private ContentSpool spool() {
        return new ContentSpool(folder, 1024);
    }

    private static String text(SpooledContent content) throws IOException {
        try (content) {
            return new String(content.open().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
