package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.testing.DovecotServer;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the mails of a real server when something goes wrong around them: each is recorded once. */
@Tag("real-servers")
class DovecotTroubleRealServerTest {
    private static final int MAILS = 6;
    private static DovecotServer server;
    private static int users;

    private final Steps steps = new Steps();
    private final FakeStore store = new FakeStore(steps);
    private final FakeRecorder recorder = new FakeRecorder(store, steps);
    private final SettableClock clock = new SettableClock();
    private final List<OperationalEvent> events = new CopyOnWriteArrayList<>();
    private final List<DefaultImapReceiptPoller> pollers = new CopyOnWriteArrayList<>();
    private final String user = "trouble" + users++;
    private PollerSettings settings = PollerSettings.defaults().withBatch(4);

    @BeforeAll
    static void startServer() {
        server = DovecotServer.start(
                "auth_username_format = %u\npassdb {\n driver = static\n args = password=" + DovecotServer.PASSWORD
                        + "\n}\nmail_plugins = quota\nprotocol imap {\n mail_plugins = quota imap_quota\n}\n"
                        + "plugin {\n quota = count:User quota\n quota_vsizes = yes\n quota_rule = *:messages=500\n}\n");
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void stop() {
        pollers.forEach(poller -> poller.stop(Duration.ofSeconds(10)));
    }

    @Test
    void aRestartAtAnyStepLosesNothingAndRecordsNothingTwice() {
        DovecotTroubleRealServerTest whole = new DovecotTroubleRealServerTest();
        whole.live();
        int count = whole.steps.taken().size();
        assertThat(whole.steps.taken()).contains("examine", "search", "beginnings", "contents", "after recording");
        assertThat(count).isGreaterThan(20);
        for (int step = 0; step < count; step++) {
            DovecotTroubleRealServerTest world = new DovecotTroubleRealServerTest();
            world.steps.crashAt(step);
            Throwable crash = catchThrowable(world::live);
            assertThat(crash).as("step " + step).isInstanceOf(Crash.class);

            world.clock.advance(world.settings.leaseTime().plusSeconds(1));
            world.deliverWhatIsMissing();
            DefaultImapReceiptPoller next = world.poller("next life", world.stepping());
            next.pollOnce();

            assertThat(world.names()).as(crash.getMessage()).containsExactlyInAnyOrderElementsOf(allNames());
            assertThat(world.events).as(crash.getMessage()).isEmpty();
            world.stop();
        }
        whole.stop();
    }

    private int delivered;

    private void live() {
        DefaultImapReceiptPoller poller = poller("first life", stepping());
        poller.pollOnce();
        deliverWhatIsMissing();
        poller.pollOnce();
        poller.pollOnce();
    }

    private void deliverWhatIsMissing() {
        while (delivered < MAILS) {
            server.deliver(user, "INBOX", receipt("receipt-" + delivered++));
        }
    }

    @Test
    void aRenumberedMailboxIsReadAgainAndNothingIsRecordedTwice() throws IOException {
        DefaultImapReceiptPoller poller = poller("node", new ImapConnector());
        poller.pollOnce();
        deliverWhatIsMissing();
        poller.pollOnce();
        poller.stop(Duration.ofSeconds(1));
        long before = uidValidity();

        try (Stream<Path> files = Files.list(server.maildir(user, "INBOX"))) {
            for (Path file : files.filter(path -> path.getFileName().toString().matches("dovecot[.-](uidlist|index.*)"))
                    .toList()) {
                Files.delete(file);
            }
        }
        server.deliver(user, "INBOX", receipt("receipt-new"));
        poller("another life", new ImapConnector()).pollOnce();

        assertThat(uidValidity()).isNotEqualTo(before);
        assertThat(events).hasExactlyElementsOfTypes(OperationalEvent.MailboxRenumbered.class);
        assertThat(recorder.entries()).hasSize(MAILS + 1);
        assertThat(recorder.repeated()).hasSize(MAILS);
    }

    @Test
    void twoNodesThatRaceRecordEachMailOnce() {
        settings = settings.withPollInterval(Duration.ofMillis(20));
        poller("node 0", new ImapConnector()).pollOnce();
        pollers.get(0).stop(Duration.ofSeconds(1));
        List<DefaultImapReceiptPoller> racing =
                List.of(poller("node 1", new ImapConnector()), poller("node 2", new ImapConnector()));
        racing.forEach(DefaultImapReceiptPoller::start);
        for (int number = 0; number < 60; number++) {
            server.deliver(user, "INBOX", receipt("receipt-" + number));
            if (number == 30) {
                // Whoever reads hands over in the middle.
                racing.get(0).stop(Duration.ofSeconds(10));
                racing.get(0).start();
            }
        }

        await().atMost(Duration.ofMinutes(1)).until(() -> recorder.entries().size() == 60);

        assertThat(recorder.repeated()).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void aMailThatTheServerCannotReadIsPassedOverWithARecordAndKeepsNoOtherBack() throws IOException {
        DefaultImapReceiptPoller poller = poller("node", new ImapConnector());
        poller.pollOnce();
        deliverWhatIsMissing();
        makeUnreadable(receipt("receipt-2"));

        for (int poll = 0; poll < 40 && recorder.entries().size() < MAILS; poll++) {
            poller.pollOnce(account().key());
        }

        assertThat(recorder.entries()).hasSize(MAILS);
        assertThat(recorder.entries())
                .filteredOn(entry -> entry.content() == null)
                .singleElement()
                .satisfies(entry -> assertThat(entry.mail().trouble()).isNotBlank());
        poller.pollOnce(account().key());
        assertThat(poller.mailboxes().get(0).trouble()).isNull();
    }

    @Test
    void mailsExpungedBetweenHeadersAndBodiesArePassedOverAndTheOthersRecorded() {
        DefaultImapReceiptPoller poller = poller("node", beforeContents(() -> {
            try {
                Files.delete(onDisk(receipt("receipt-1")));
            } catch (IOException gone) {
                throw new java.io.UncheckedIOException(gone);
            }
        }));
        poller.pollOnce();
        deliverWhatIsMissing();

        for (int poll = 0; poll < 5; poll++) {
            poller.pollOnce(account().key());
        }

        assertThat(names())
                .containsExactlyInAnyOrderElementsOf(allNames().stream()
                        .filter(name -> !name.equals("receipt-1"))
                        .toList());
        assertThat(poller.mailboxes().get(0).trouble()).isNull();
    }

    @Test
    void aConnectionCutWhileAskingForTheQuotaMakesNoMailboxBlind() {
        try (CuttingProxy proxy = new CuttingProxy(server.port())) {
            proxy.cutOnce("GETQUOTAROOT", 5);
            DefaultImapReceiptPoller poller = poller("node", new ImapConnector(), proxy.port());

            poller.pollOnce();
            deliverWhatIsMissing();
            poller.pollOnce();

            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(names()).containsExactlyInAnyOrderElementsOf(allNames());
            assertThat(events).isEmpty();
        }
    }

    /** What is not given may be gone, and only after another command does the server say so. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void aConnectionCutWhileAskingWhatIsGoneLosesNothing(int bytes) {
        try (CuttingProxy proxy = new CuttingProxy(server.port())) {
            MailboxConnector connector = beforeContents(() -> {
                try {
                    Files.delete(onDisk(receipt("receipt-1")));
                } catch (IOException gone) {
                    throw new java.io.UncheckedIOException(gone);
                }
            });
            DefaultImapReceiptPoller poller = poller("node", connector, proxy.port());
            poller.pollOnce();
            deliverWhatIsMissing();
            proxy.cutOnce("NOOP", bytes);

            for (int poll = 0; poll < 5; poll++) {
                poller.pollOnce();
            }

            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(names())
                    .containsExactlyInAnyOrderElementsOf(allNames().stream()
                            .filter(name -> !name.equals("receipt-1"))
                            .toList());
            assertThat(recorder.repeated()).isEmpty();
        }
    }

    @Test
    void aConnectionCutInIdleIsOpenedAgain() {
        settings = settings.withPollInterval(Duration.ofSeconds(2));
        try (CuttingProxy proxy = new CuttingProxy(server.port())) {
            proxy.cutOnce("IDLE", 5);
            DefaultImapReceiptPoller poller = poller("node", new ImapConnector(), proxy.port());
            poller.start();
            await().atMost(Duration.ofMinutes(1)).until(() -> proxy.cuts() == 1);

            deliverWhatIsMissing();

            await().atMost(Duration.ofMinutes(1)).until(() -> recorder.entries().size() == MAILS);
            assertThat(recorder.repeated()).isEmpty();
        }
    }

    // --------------------------------------------------------------------------------------------------- helpers

    private DefaultImapReceiptPoller poller(String owner, MailboxConnector connector) {
        return poller(owner, connector, server.port());
    }

    private DefaultImapReceiptPoller poller(String owner, MailboxConnector connector, int port) {
        MailAccount account = account(port);
        DefaultImapReceiptPoller poller = new DefaultImapReceiptPoller(
                () -> List.of(account), store.asStore(), recorder, connector, events::add, clock, owner, settings);
        pollers.add(poller);
        return poller;
    }

    private MailAccount account() {
        return account(server.port());
    }

    private MailAccount account(int port) {
        return MailAccount.pec("pec")
                .address("pec@example.it")
                .smtps("localhost", 465)
                .imap(new MailServer("localhost", port, Transport.PLAIN))
                .credentials(user, DovecotServer.PASSWORD)
                .build();
    }

    /** Connects to the server; every command is a step at which the process may end. */
    private MailboxConnector stepping() {
        return account -> {
            steps.step("connect");
            return watched(new ImapConnector().connect(account), steps::step);
        };
    }

    private static MailboxConnector beforeContents(Runnable once) {
        boolean[] done = new boolean[1];
        return account -> watched(new ImapConnector().connect(account), command -> {
            if (command.equals("contents") && !done[0]) {
                done[0] = true;
                once.run();
            }
        });
    }

    private interface Watcher {
        void before(String command);
    }

    private static MailboxConnection watched(MailboxConnection connection, Watcher watcher) {
        return (MailboxConnection) Proxy.newProxyInstance(
                MailboxConnection.class.getClassLoader(),
                new Class<?>[] {MailboxConnection.class},
                (proxy, method, arguments) -> {
                    watcher.before(method.getName());
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private long uidValidity() {
        try (MailboxConnection connection = new ImapConnector().connect(account())) {
            return connection.examine("INBOX").uidValidity();
        } catch (MailboxException failed) {
            throw new AssertionError(failed);
        }
    }

    private void makeUnreadable(byte[] mail) throws IOException {
        Files.setPosixFilePermissions(onDisk(mail), PosixFilePermissions.fromString("---------"));
        if ("root".equals(System.getProperty("user.name"))) {
            Files.setAttribute(onDisk(mail), "unix:uid", 0);
        }
    }

    private Path onDisk(byte[] mail) {
        for (String part : List.of("new", "cur")) {
            try (Stream<Path> files = Files.list(server.maildir(user, "INBOX").resolve(part))) {
                for (Path file : files.toList()) {
                    if (java.util.Arrays.equals(Files.readAllBytes(file), mail)) {
                        return file;
                    }
                }
            } catch (IOException failed) {
                throw new java.io.UncheckedIOException(failed);
            }
        }
        throw new AssertionError("no such mail");
    }

    private List<String> names() {
        return recorder.entries().stream()
                .map(entry -> entry.content().replaceAll("(?s).*body of (\\S+).*", "$1"))
                .toList();
    }

    private static List<String> allNames() {
        return IntStream.range(0, MAILS).mapToObj(number -> "receipt-" + number).toList();
    }

    /** Makes a receipt; every other is too large to come along with its header. */
    private static byte[] receipt(String name) {
        String body = "body of " + name + "\r\n";
        boolean large = (name.charAt(name.length() - 1) & 1) == 1;
        return ("Message-ID: <" + name + "@pec>\r\nX-Ricevuta: accettazione\r\n\r\n" + body.repeat(large ? 2_000 : 1))
                .getBytes(StandardCharsets.US_ASCII);
    }
}
