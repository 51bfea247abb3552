package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.HandledMail;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Secret;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.imap.MailboxQuota;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.testing.DovecotServer;
import jakarta.mail.Folder;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading a mailbox of a real server. */
@Tag("real-servers")
class DovecotRealServerTest {
    private static DovecotServer server;
    private static int users;

    private final Steps steps = new Steps();
    private final FakeStore store = new FakeStore(steps);
    private final FakeRecorder recorder = new FakeRecorder(store, steps);
    private final List<OperationalEvent> events = new CopyOnWriteArrayList<>();
    private PollerSettings settings = PollerSettings.defaults();
    private DefaultImapReceiptPoller poller;
    private String user;

    @BeforeAll
    static void startServer() {
        server = DovecotServer.start("auth_username_format = %u\npassdb {\n driver = static\n args = password="
                + DovecotServer.PASSWORD + "\n}\n"
                + "mail_plugins = quota\nprotocol imap {\n mail_plugins = quota imap_quota\n}\n"
                + "plugin {\n quota = count:User quota\n quota_vsizes = yes\n quota_rule = *:messages=50\n}\n");
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void takeAnEmptyMailbox() {
        user = "user" + users++;
    }

    @AfterEach
    void stop() {
        if (poller != null) {
            poller.stop(Duration.ofSeconds(10));
        }
    }

    // ------------------------------------------------------------------------------------------------ connecting

    @ParameterizedTest
    @EnumSource
    void readsByEveryTransport(Transport transport) throws MailboxException {
        server.deliver(user, "INBOX", receipt("one"));
        try (MailboxConnection connection =
                connector().connect(account(transport).build())) {
            assertThat(connection.examine("INBOX").messages()).isEqualTo(1);
            assertThat(connection.canIdle()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IMPLICIT_TLS", "STARTTLS"})
    void refusesACertificateOfAnUnknownAuthority(Transport transport) {
        MailAccount account = account(transport).tlsTrust(TlsTrust.system()).build();

        MailboxException refused =
                catchThrowableOfType(MailboxException.class, () -> connector().connect(account));

        assertThat(refused.kind()).isEqualTo(Kind.NOT_SECURE);
    }

    @ParameterizedTest
    @EnumSource(names = {"IMPLICIT_TLS", "STARTTLS"})
    void refusesACertificateForAnotherHost(Transport transport) {
        // The same server at an address that its certificate does not bear.
        try (CuttingProxy proxy = new CuttingProxy(port(transport), "127.0.0.2")) {
            MailAccount account = account(transport)
                    .imap(new MailServer("127.0.0.2", proxy.port(), transport))
                    .build();

            MailboxException refused = catchThrowableOfType(
                    MailboxException.class, () -> connector().connect(account));

            assertThat(refused.kind()).isEqualTo(Kind.NOT_SECURE);
        }
    }

    @Test
    void saysThatTheCredentialsAreRefusedWithoutShowingThem() {
        MailAccount account =
                account(Transport.PLAIN).imapCredentials(user, "wrong-password").build();

        MailboxException refused =
                catchThrowableOfType(MailboxException.class, () -> connector().connect(account));

        assertThat(refused.kind()).isEqualTo(Kind.LOGIN_REFUSED);
        assertThat(refused).message().doesNotContain("wrong-password");
    }

    @Test
    void logsInWithAnAccessToken() throws MailboxException {
        MailAccount account = account(Transport.IMPLICIT_TLS)
                .imapCredentials(new Credentials.AccessToken(user, () -> Secret.of(server.accessToken(user))))
                .build();

        try (MailboxConnection connection = connector().connect(account)) {
            assertThat(connection.examine("INBOX").messages()).isZero();
        }
    }

    @Test
    void saysThatAnAccessTokenIsRefused() {
        MailAccount account = account(Transport.IMPLICIT_TLS)
                .imapCredentials(new Credentials.AccessToken(user, () -> Secret.of("no.such.token")))
                .build();

        MailboxException refused =
                catchThrowableOfType(MailboxException.class, () -> connector().connect(account));

        assertThat(refused.kind()).isEqualTo(Kind.LOGIN_REFUSED);
        assertThat(refused).message().doesNotContain("no.such.token");
    }

    // --------------------------------------------------------------------------------------------------- reading

    @Test
    void readsOddMailsByteForByte() {
        List<byte[]> mails = List.of(
                receipt("plain"),
                bytes("X-Ricevuta: accettazione\r\n\r\n"),
                bytes(
                        "X-RICEVUTA:accettazione\r\nSubject: \u00e8 \u00ff\u0080\r\n\r\n8 bit: \u00c3\u00a8\u00ff\u0001\u007f\r\n"),
                bytes("x-ricevuta : accettazione\r\n\r\nno line end at the end"),
                bytes("X-Ricevuta: accettazione\r\n\r\nA1 OK FETCH completed\r\n* BYE\r\n)\r\n{5}\r\n"),
                bytes("X-Ricevuta: accettazione\r\n\r\n" + "x".repeat(100_000) + "\r\n"),
                bytes("X-Ricevuta: accettazione\r\nX-Long: " + "y".repeat(70_000) + "\r\n\r\nlong header\r\n"),
                large(3_000_000));
        polledOnce(account(Transport.IMPLICIT_TLS).build());
        mails.forEach(mail -> server.deliver(user, "INBOX", mail));

        assertThat(poller.pollOnce()).isEqualTo(mails.size());

        assertThat(recorder.entries())
                .extracting(FakeRecorder.Entry::content)
                .containsExactlyInAnyOrderElementsOf(
                        mails.stream().map(DovecotRealServerTest::text).toList());
        for (FakeRecorder.Entry entry : recorder.entries()) {
            assertThat(entry.mail().content()).isNotNull();
            assertThat(entry.mail().size()).isEqualTo(entry.content().length());
            assertThat(entry.mail().arrivedAt()).isNotNull();
        }
    }

    @Test
    void tellsHowFullTheMailboxIs() {
        for (int number = 0; number < 45; number++) {
            server.deliver(user, "INBOX", bytes("Subject: x" + number + "\r\n\r\nbody\r\n"));
        }

        polledOnce(account(Transport.PLAIN).build());

        MailboxQuota quota = new MailboxQuota("MESSAGE", 45, 50);
        assertThat(poller.mailboxes().get(0).quota()).isEqualTo(quota);
        assertThat(events)
                .containsExactly(new OperationalEvent.MailboxFilling(
                        account(Transport.PLAIN).build().key(), quota));
    }

    @Test
    void leavesTheMailboxAsItWas() {
        polledOnce(account(Transport.IMPLICIT_TLS).build());
        for (int number = 0; number < 20; number++) {
            server.deliver(
                    user,
                    "INBOX",
                    number % 2 == 0 ? receipt("receipt " + number) : bytes("Subject: x" + number + "\r\n\r\nbody\r\n"));
        }
        try (MailboxConnection connection =
                connector().connect(account(Transport.PLAIN).build())) {
            // The server moves new mails from one folder on disk to another when it first sees them; that done, nothing
            // may change.
            connection.examine("INBOX");
        } catch (MailboxException failed) {
            throw new AssertionError(failed);
        }
        Map<String, String> before = mailboxOnDisk();

        assertThat(poller.pollOnce()).isEqualTo(20);
        try (MailboxReferenceSearch search = new MailboxReferenceSearch(connector())) {
            search.search(account(Transport.PLAIN).build(), "<nothing@example>");
        }

        assertThat(mailboxOnDisk()).isEqualTo(before);
    }

    /** The first session that opens a folder for changing takes the mark from every new mail (RFC 3501 section 2.3.2). */
    @Test
    void leavesNewMailNewForTheCustomersOwnClient() throws Exception {
        polledOnce(account(Transport.IMPLICIT_TLS).build());
        server.deliver(user, "INBOX", receipt("small"));
        server.deliver(user, "INBOX", large(100_000));
        server.deliver(user, "INBOX", bytes("Subject: x\r\n\r\nbody\r\n"));

        assertThat(poller.pollOnce()).isEqualTo(3);

        try (Store client = client();
                Folder inbox = client.getFolder("INBOX")) {
            inbox.open(Folder.READ_WRITE);
            assertThat(inbox.getNewMessageCount()).isEqualTo(3);
            assertThat(inbox.getUnreadMessageCount()).isEqualTo(3);
        }
    }

    @Test
    void receiptsThatAreMovedAreReadWhateverTheirDateAndRecordedOnce() throws Exception {
        server.createFolder(user, "Ricevute");
        server.createFolder(user, "Altro");
        polledOnce(account(Transport.PLAIN).folders("INBOX", "Ricevute").build());
        server.deliver(user, "INBOX", receipt("filed by a rule"));
        server.deliver(user, "Ricevute", receipt("moved back"));
        server.deliver(user, "Altro", receipt("found late"));
        Path old = server.maildir(user, "Altro")
                .resolve(mailsOnDisk("Altro").keySet().iterator().next());
        Files.setLastModifiedTime(old, FileTime.from(Instant.parse("2020-02-02T02:02:02Z")));
        assertThat(poller.pollOnce()).isEqualTo(2);

        move("INBOX", "Ricevute");
        assertThat(poller.pollOnce()).isZero();
        move("Ricevute", "INBOX");
        assertThat(poller.pollOnce()).isZero();
        assertThat(recorder.entries()).hasSize(2);
        assertThat(recorder.repeated()).hasSize(3);

        move("Altro", "INBOX");
        assertThat(poller.pollOnce()).isEqualTo(1);
        assertThat(recorder.entries().get(2).mail().arrivedAt()).isEqualTo("2020-02-02T02:02:02Z");
    }

    private Store client() throws MessagingException {
        Store store = Session.getInstance(new Properties()).getStore("imap");
        store.connect("localhost", server.port(), user, DovecotServer.PASSWORD);
        return store;
    }

    /** Moves all mails of a folder, as a customer does with his client. */
    private void move(String from, String to) throws MessagingException {
        try (Store client = client();
                Folder source = client.getFolder(from)) {
            source.open(Folder.READ_WRITE);
            ((IMAPFolder) source).moveMessages(source.getMessages(), client.getFolder(to));
        }
    }

    @ParameterizedTest
    @CsvSource({"true, S", "false, a"})
    void marksWhatWasHandledAndNothingElse(boolean seen, String flagOnDisk) {
        HandledMail how = seen ? new HandledMail.Seen() : new HandledMail.Keyword("$Handled");
        polledOnce(account(Transport.IMPLICIT_TLS).handledMail(how).build());
        server.deliver(user, "INBOX", receipt("to mark"));
        server.deliver(user, "INBOX", bytes("Subject: x\r\n\r\nbody\r\n"));

        assertThat(poller.pollOnce()).isEqualTo(2);

        assertThat(mailboxOnDisk().entrySet())
                .allSatisfy(mail -> assertThat(mail.getKey().replaceFirst(".*:2,", ""))
                        .isEqualTo(mail.getValue().startsWith("Message-ID") ? flagOnDisk : ""));
        assertThat(events).isEmpty();
    }

    @Test
    void movesWhatWasHandledAndGoesOnReading() {
        MailAccount account = account(Transport.IMPLICIT_TLS)
                .handledMail(new HandledMail.MovedTo("Gi\u00e0 lette"))
                .build();
        polledOnce(account);
        server.deliver(user, "INBOX", receipt("to move"));
        server.deliver(user, "INBOX", bytes("Subject: x\r\n\r\nbody\r\n"));
        poller.pollOnce();
        assertThat(events).hasExactlyElementsOfTypes(OperationalEvent.EngineTrouble.class);

        server.createFolder(user, "Gi&AOA- lette");
        poller.pollOnce();
        server.deliver(user, "INBOX", receipt("to move later"));
        poller.pollOnce();

        // The server writes its own line ends to disk.
        assertThat(mailsOnDisk("Gi&AOA- lette").values())
                .extracting(mail -> mail.replace("\r\n", "\n").replace("\n", "\r\n"))
                .containsExactlyInAnyOrder(text(receipt("to move")), text(receipt("to move later")));
        assertThat(mailboxOnDisk().values()).containsExactly("Subject: x\r\n\r\nbody\r\n");
        assertThat(recorder.entries()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"SELECT, 0", "UID STORE, 0", "UID STORE, 5"})
    void aConnectionCutWhileMarkingIsMadeUpFor(String command, int bytes) {
        try (CuttingProxy proxy = new CuttingProxy(server.port())) {
            MailAccount account = account(Transport.PLAIN)
                    .imap(new MailServer("localhost", proxy.port(), Transport.PLAIN))
                    .handledMail(new HandledMail.Seen())
                    .build();
            polledOnce(account);
            server.deliver(user, "INBOX", receipt("one"));
            proxy.cutOnce(command, bytes);

            poller.pollOnce();
            newPoller(account);
            poller.pollOnce();

            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(recorder.entries()).hasSize(1);
            assertThat(mailboxOnDisk().keySet()).allMatch(name -> name.endsWith(":2,S"));
        }
    }

    @Test
    void readsFoldersWithNamesOutsideAscii() throws MailboxException {
        String folder = "Ricevute & gi\u00e0 l\u00e8tte";
        server.deliver(user, "Ricevute &- gi&AOA- l&AOg-tte", receipt("filed"));

        try (MailboxConnection connection =
                connector().connect(account(Transport.PLAIN).build())) {
            assertThat(connection.examine(folder).messages()).isEqualTo(1);
        }
    }

    @Test
    void saysThatAFolderIsMissingAndGoesOn() throws MailboxException {
        try (MailboxConnection connection =
                connector().connect(account(Transport.PLAIN).build())) {
            MailboxException refused =
                    catchThrowableOfType(MailboxException.class, () -> connection.examine("No such \"folder\\"));

            assertThat(refused.kind()).isEqualTo(Kind.REFUSED);
            assertThat(connection.examine("INBOX").messages()).isZero();
        }
    }

    @Test
    void readsMailOfAGivenTimeOnly() {
        MailAccount account = account(Transport.PLAIN)
                .readFrom(java.time.Instant.now().minus(Duration.ofDays(1)))
                .build();
        server.deliver(user, "INBOX", receipt("there before"));

        newPoller(account);

        assertThat(poller.pollOnce()).isEqualTo(1);
    }

    @Test
    void noticesMailsExpungedInTheMiddle() throws MailboxException {
        for (int number = 0; number < 3; number++) {
            server.deliver(user, "INBOX", receipt("receipt " + number));
        }
        try (MailboxConnection connection =
                connector().connect(account(Transport.PLAIN).build())) {
            connection.examine("INBOX");
            deleteOneOnDisk();

            int given = connection.headers(new long[] {1, 2, 3}).size();
            connection.noop();

            assertThat(given).isBetween(2, 3);
            assertThat(connection.search(new MailSearch.Among(new long[] {1, 2, 3})))
                    .hasSize(2);
        }
    }

    // ------------------------------------------------------------------------------------------------------ IDLE

    @Test
    void recordsAReceiptAsSoonAsItArrives() {
        settings = settings.withPollInterval(Duration.ofMinutes(30));
        newPoller(account(Transport.IMPLICIT_TLS).build());
        poller.start();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> poller.mailboxes().get(0).idling());

        server.deliver(user, "INBOX", receipt("prompt"));

        await().atMost(Duration.ofMinutes(1)).until(() -> !recorder.entries().isEmpty());
        assertThat(poller.mailboxes().get(0).trouble()).isNull();
    }

    @Test
    void aNudgeEndsIdle() {
        settings = settings.withPollInterval(Duration.ofMinutes(30));
        newPoller(account(Transport.PLAIN).build());
        poller.start();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> poller.mailboxes().get(0).idling());
        int before = recorder.judgedWaiting.get();

        poller.nudge(account(Transport.PLAIN).build().key());

        await().atMost(Duration.ofMinutes(1)).until(() -> recorder.judgedWaiting.get() > before);
    }

    @Test
    void aConnectionThatGoesSilentInIdleCostsOnePollInterval() {
        settings = settings.withPollInterval(Duration.ofMillis(300));
        try (CuttingProxy proxy = new CuttingProxy(server.port())) {
            newPoller(through(proxy));
            poller.start();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> poller.mailboxes().get(0).idling());

            proxy.silencePresentConnections();
            server.deliver(user, "INBOX", receipt("unannounced"));

            await().atMost(Duration.ofMinutes(2))
                    .until(() -> !recorder.entries().isEmpty());
        }
    }

    // ------------------------------------------------------------------------------------------------------ cuts

    @ParameterizedTest
    @CsvSource({
        "EXAMINE, 0, 30, 0",
        "EXAMINE, 30, 30, 0",
        "UID SEARCH, 0, 30, 0",
        "UID SEARCH, 5, 30, 0",
        "BODY.PEEK[]<0, 0, 30, 0",
        "BODY.PEEK[]<0, 5000, 30, 0",
        // One mail on its own, and mails too large to come whole at first.
        "BODY.PEEK[HEADER], 0, 1, 0",
        "BODY.PEEK[HEADER], 100, 1, 0",
        "BODY.PEEK[]), 0, 30, 20000",
        "BODY.PEEK[]), 50000, 30, 20000"
    })
    void aConnectionCutInAnyCommandLosesNothing(String command, int bytes, int mails, int padding) {
        try (CuttingProxy proxy = new CuttingProxy(server.port())) {
            MailAccount account = through(proxy);
            polledOnce(account);
            for (int number = 0; number < mails; number++) {
                String mail = new String(receipt("receipt " + number), StandardCharsets.ISO_8859_1);
                byte[] padded = (mail + "x".repeat(padding)).getBytes(StandardCharsets.ISO_8859_1);
                server.deliver(user, "INBOX", padded);
            }
            proxy.cutOnce(command, bytes);

            poller.pollOnce(account.key());

            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(recorder.entries()).hasSize(mails);
            assertThat(recorder.repeated()).isEmpty();
            assertThat(events).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PLAIN, AUTHENTICATE, 0",
        "PLAIN, AUTHENTICATE, 10",
        "STARTTLS, STARTTLS, 0",
        "STARTTLS, STARTTLS, 10",
        // In the middle of the handshake.
        "STARTTLS, STARTTLS, 200"
    })
    void aConnectionCutDuringTheLoginIsToldOfAndTriedAgain(Transport transport, String command, int bytes) {
        try (CuttingProxy proxy = new CuttingProxy(server.port())) {
            MailAccount account = through(proxy, transport).build();
            newPoller(account);
            server.deliver(user, "INBOX", receipt("one"));
            proxy.cutOnce(command, bytes);

            poller.pollOnce(account.key());
            poller.pollOnce(account.key());
            poller.pollOnce(account.key());

            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(recorder.entries()).hasSize(1);
            assertThat(recorder.repeated()).isEmpty();
            assertThat(events)
                    .hasExactlyElementsOfTypes(
                            OperationalEvent.MailboxBlind.class, OperationalEvent.MailboxReadable.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"UID MOVE, 0", "UID MOVE, 5"})
    void aConnectionCutWhileMovingIsMadeUpFor(String command, int bytes) {
        try (CuttingProxy proxy = new CuttingProxy(server.port())) {
            MailAccount account = through(proxy, Transport.PLAIN)
                    .handledMail(new HandledMail.MovedTo("Lette"))
                    .build();
            server.createFolder(user, "Lette");
            polledOnce(account);
            server.deliver(user, "INBOX", receipt("one"));
            server.deliver(user, "INBOX", receipt("two"));
            proxy.cutOnce(command, bytes);

            poller.pollOnce();
            newPoller(account);
            poller.pollOnce();
            poller.pollOnce();

            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(recorder.entries()).hasSize(2);
            assertThat(recorder.repeated()).isEmpty();
            assertThat(mailboxOnDisk()).isEmpty();
            assertThat(mailsOnDisk("Lette")).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "5"})
    void aConnectionCutAtTheGoodbyeLosesNothing(int bytes) {
        try (CuttingProxy proxy = new CuttingProxy(server.port())) {
            MailAccount account = through(proxy);
            polledOnce(account);
            server.deliver(user, "INBOX", receipt("one"));
            poller.pollOnce();
            proxy.cutOnce("LOGOUT", bytes);

            poller.stop(Duration.ofSeconds(10));
            await().atMost(Duration.ofMinutes(1)).until(() -> proxy.cuts() == 1);
            newPoller(account);
            server.deliver(user, "INBOX", receipt("two"));
            poller.pollOnce();
            poller.pollOnce();

            assertThat(recorder.entries()).hasSize(2);
            assertThat(recorder.repeated()).isEmpty();
            assertThat(events).isEmpty();
        }
    }

    // ---------------------------------------------------------------------------------------------------- search

    @Test
    void findsWhatSpeaksOfAMessage() {
        String id = "<pmp.a\"b\\c@example>";
        server.deliver(user, "INBOX", bytes("X-Riferimento-Message-ID:\r\n " + id + "\r\n\r\nbody\r\n"));
        MailAccount account = account(Transport.PLAIN).build();
        try (MailboxReferenceSearch search = new MailboxReferenceSearch(connector())) {
            assertThat(search.search(account, id)).isEqualTo(ReferenceSearch.Finding.FOUND);
            assertThat(search.search(account, "<b\\c@example>")).isEqualTo(ReferenceSearch.Finding.NOTHING);
            assertThat(search.search(account, "<PMP.A\"B\\C@example>")).isEqualTo(ReferenceSearch.Finding.NOTHING);
        }
    }

    @Test
    void givesNoAnswerWhenAFolderCannotBeSearched() {
        MailAccount account =
                account(Transport.PLAIN).folders("INBOX", "Missing").build();
        try (MailboxReferenceSearch search = new MailboxReferenceSearch(connector())) {
            assertThat(search.search(account, "<a@b>")).isEqualTo(ReferenceSearch.Finding.NO_ANSWER);
        }
    }

    // --------------------------------------------------------------------------------------------------- helpers

    private void polledOnce(MailAccount account) {
        newPoller(account);
        poller.pollOnce();
    }

    private void newPoller(MailAccount account) {
        poller = new DefaultImapReceiptPoller(
                () -> List.of(account),
                store.asStore(),
                recorder,
                new ImapConnector(),
                events::add,
                InstantSource.system(),
                "node",
                settings);
    }

    private static ImapConnector connector() {
        return new ImapConnector();
    }

    private static int port(Transport transport) {
        return transport == Transport.IMPLICIT_TLS ? server.tlsPort() : server.port();
    }

    private MailAccount.Builder account(Transport transport) {
        return MailAccount.pec("pec")
                .address("pec@example.it")
                .smtps("localhost", 465)
                .imap(new MailServer("localhost", port(transport), transport))
                .credentials(user, DovecotServer.PASSWORD)
                .tlsTrust(TlsTrust.of(server.certificate()));
    }

    private MailAccount through(CuttingProxy proxy) {
        return through(proxy, Transport.PLAIN).build();
    }

    private MailAccount.Builder through(CuttingProxy proxy, Transport transport) {
        return account(transport).imap(new MailServer("localhost", proxy.port(), transport));
    }

    private Map<String, String> mailboxOnDisk() {
        return mailsOnDisk("INBOX");
    }

    private Map<String, String> mailsOnDisk(String folder) {
        Path maildir = server.maildir(user, folder);
        Map<String, String> files = new TreeMap<>();
        for (String part : List.of("cur", "new")) {
            try (Stream<Path> mails = Files.list(maildir.resolve(part))) {
                for (Path mail : mails.toList()) {
                    files.put(maildir.relativize(mail).toString(), text(Files.readAllBytes(mail)));
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
        return files;
    }

    private void deleteOneOnDisk() {
        try {
            Files.delete(server.maildir(user, "INBOX")
                    .resolve(mailboxOnDisk().keySet().iterator().next()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static byte[] receipt(String name) {
        return bytes("Message-ID: <" + name.replace(' ', '-') + "@pec>\r\nX-Ricevuta: accettazione\r\n\r\nbody of "
                + name + "\r\n");
    }

    private static byte[] large(int size) {
        ByteArrayOutputStream mail = new ByteArrayOutputStream();
        mail.writeBytes(bytes("X-Ricevuta: avvenuta-consegna\r\n\r\n"));
        Random random = new Random(7);
        while (mail.size() < size) {
            byte[] line = new byte[70];
            random.nextBytes(line);
            for (byte value : line) {
                // Anything but NUL, CR and LF.
                mail.write(value == 0 || value == '\r' || value == '\n' ? 'x' : value);
            }
            mail.writeBytes(bytes("\r\n"));
        }
        return mail.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
