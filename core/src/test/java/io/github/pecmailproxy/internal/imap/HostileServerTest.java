package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that mean harm cost bounded memory and time, lose nothing, and keep no other mailbox from being read. */
class HostileServerTest {
    private static final Duration TIME = Duration.ofSeconds(30);
    private static final long LARGEST_ANSWER = 4 * 1024 * 1024;
    private static final String OPENED = """
            * OK [CAPABILITY IMAP4rev1] ready
            A1 OK [CAPABILITY IMAP4rev1] in
            * 3 EXISTS
            * OK [UIDVALIDITY 42] valid
            * OK [UIDNEXT 9] next
            A2 OK done
            """;

    @TempDir
    Path folder;

    @Test
    void takesNoMailOfFourGigabytes() throws IOException {
        MailboxException refused =
                failure(OPENED + "* 1 FETCH (UID 1 BODY[] {4294967296}\n", line -> "x", this::contents);

        assertThat(refused.kind()).isEqualTo(Kind.GARBLED);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void givesUpAnEndlessLine() throws IOException {
        MailboxException lost = failure(OPENED + "* OK ", line -> "x".repeat(1000), MailboxConnection::noop);

        assertThat(lost).message().contains("does not end");
    }

    @Test
    void givesUpEndlessResponses() throws IOException {
        MailboxException lost =
                failure(OPENED, line -> "* OK [CODE" + line + "] still here\n", MailboxConnection::noop);

        assertThat(lost).message().contains("does not end");
    }

    @Test
    void givesUpEndlessMailsThatNobodyAskedFor() throws IOException {
        MailboxException lost =
                failure(OPENED, line -> "* 1 FETCH (UID " + (line + 2) + " BODY[] {6}\nA: b\n\n)\n", this::contents);

        assertThat(lost).message().contains("does not end");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void givesUpAnEndlessListOfUids() throws IOException {
        MailboxException refused = failure(
                OPENED,
                line -> "* SEARCH" + " 1".repeat(1000) + "\n",
                connection -> connection.search(new MailSearch.FromUid(1)),
                Long.MAX_VALUE);

        assertThat(refused.kind()).isEqualTo(Kind.GARBLED);
    }

    @Test
    void losesNothingWhenTheServerTakesLeaveInTheMiddle() throws IOException {
        MailboxException lost = failure(
                OPENED + "* 1 FETCH (UID 1 BODY[] {6}\nA: b\n\n)\n* BYE that is all\n", line -> "", this::contents);

        assertThat(lost.kind()).isEqualTo(Kind.LOST);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void takesTheFirstOfRepeatedMailsAndNoneOfOthers() throws Exception {
        String fetched = " RFC822.SIZE 9 BODY[]<0> {9}\nA: b\n\nxyz)\n".replace("xyz)", "xy\n)");
        String said = OPENED
                + "* 1 FETCH (UID 1" + fetched
                + "* 7 FETCH (UID 77" + fetched
                + "* 1 FETCH (UID 1 RFC822.SIZE 6 BODY[]<0> {6}\nC: d\n\n)\n"
                + "* 2 FETCH (UID 2 RFC822.SIZE 500 BODY[]<0>" + fetched.substring(fetched.indexOf(" {"))
                + "* 3 FETCH (UID 3 FLAGS ())\n"
                + "A3 OK done\n"
                + "* 3 FETCH (UID 3 RFC822.SIZE 6 BODY[HEADER] {6}\nE: f\n\n)\n"
                + "A4 OK done\n";
        try (Endless server = new Endless(said, line -> "");
                MailboxConnection connection = connect(server, LARGEST_ANSWER)) {
            List<MailBeginning> beginnings = connection.beginnings(new long[] {1, 2, 3}, header -> true);

            assertThat(beginnings).extracting(found -> found.header().uid()).containsExactly(1L, 2L, 3L);
            assertThat(beginnings)
                    .extracting(found -> found.header().header())
                    .containsExactly("A: b\n\n", "A: b\n\n", "E: f\n\n");
            // The second is not as long as the server says it is, so that it is asked for again.
            assertThat(beginnings).extracting(found -> found.whole() != null).containsExactly(true, false, false);
        }
    }

    @Test
    void serversThatHangKeepNoOtherMailboxFromBeingRead() {
        PollerFixture fixture = new PollerFixture();
        CountDownLatch theEnd = new CountDownLatch(1);
        for (int number = 0; number < 2 * PollerSettings.DEFAULT_POLLING_THREADS; number++) {
            // In the order of their names they come before the other.
            fixture.accounts.add(PollerFixture.account("hangs-" + number).build());
        }
        MailboxConnector connector = account -> {
            if (account.key().id().startsWith("hangs")) {
                try {
                    theEnd.await();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
                throw FakeMailbox.lost();
            }
            return fixture.mailbox.connect(account);
        };
        DefaultImapReceiptPoller poller = new DefaultImapReceiptPoller(
                () -> fixture.accounts,
                fixture.store.asStore(),
                fixture.recorder,
                connector,
                fixture.events::add,
                fixture.clock,
                "node",
                fixture.settings,
                new Random(1));
        fixture.mailbox.deliverReceipt("of the other");
        try {
            poller.start();

            await().atMost(TIME).until(() -> !fixture.recorder.entries().isEmpty());
        } finally {
            theEnd.countDown();
            poller.stop(TIME);
        }
    }

    private void contents(MailboxConnection connection) throws MailboxException {
        connection
                .contents(new long[] {1}, new ContentSpool(folder, 4))
                .values()
                .forEach(SpooledContent::close);
    }

    private static MailboxException failure(String said, IntFunction<String> then, Use use) throws IOException {
        return failure(said, then, use, LARGEST_ANSWER);
    }

    private static MailboxException failure(String said, IntFunction<String> then, Use use, long largestAnswer)
            throws IOException {
        try (Endless server = new Endless(said, then)) {
            return catchThrowableOfType(MailboxException.class, () -> {
                try (MailboxConnection connection = connect(server, largestAnswer)) {
                    use.of(connection);
                }
            });
        }
    }

    private static MailboxConnection connect(Endless server, long largestAnswer) throws MailboxException {
        MailAccount account = PollerFixture.account("pec")
                .imap(new MailServer("127.0.0.1", server.listener.getLocalPort(), Transport.PLAIN))
                .build();
        MailboxConnection connection = new ImapConnector(TIME, TIME, largestAnswer).connect(account);
        connection.examine("INBOX");
        return connection;
    }

    private interface Use {
        void of(MailboxConnection connection) throws MailboxException;
    }

    /** Says something, then goes on for as long as anybody listens; an empty line makes it hold its tongue. */
    private static final class Endless implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

        Endless(String said, IntFunction<String> then) throws IOException {
            Thread thread = new Thread(() -> run(said, then), "endless-imap");
            thread.setDaemon(true);
            thread.start();
        }

        private void run(String said, IntFunction<String> then) {
            try (Socket client = listener.accept()) {
                OutputStream output = client.getOutputStream();
                output.write(said.getBytes(StandardCharsets.ISO_8859_1));
                for (int line = 0; !then.apply(line).isEmpty(); line++) {
                    output.write(then.apply(line).getBytes(StandardCharsets.ISO_8859_1));
                }
                output.flush();
                client.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException hungUp) {
                // The client has had enough.
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
