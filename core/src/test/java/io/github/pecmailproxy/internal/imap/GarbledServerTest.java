package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a server says, the outcome is an answer or a {@link MailboxException}, in bounded time, and no file is left. */
class GarbledServerTest {
    private static final String SESSION = """
            * OK [CAPABILITY IMAP4rev1 IDLE] ready
            A1 OK [CAPABILITY IMAP4rev1 IDLE] in
            * 3 EXISTS
            * OK [UIDVALIDITY 42] valid
            * OK [UIDNEXT 9] next
            A2 OK [READ-ONLY] done
            * SEARCH 1 2 3
            A3 OK done
            * 1 FETCH (UID 1 RFC822.SIZE 10 INTERNALDATE "17-Jul-2026 02:44:25 -0700" BODY[HEADER] {8}
            A: b

            )
            * 2 FETCH (UID 2 FLAGS (\\Seen) BODY[HEADER] "C: \\"d\\"" ENVELOPE ("x" NIL (("a" NIL "b" "c"))))
            A4 OK done
            * 1 FETCH (UID 1 BODY[] {11}
            A: b

            x
            )
            * 2 FETCH (UID 2 BODY[] ~{3}
            abc)
            A5 OK done
            + idling
            * 4 EXISTS
            A6 OK done
            """.replace("\n", "\r\n");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void survivesWhateverTheServerSays(int seed) throws IOException {
        Random random = new Random(seed);
        int answered = 0;
        try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            for (int round = 0; round < 150; round++) {
                byte[] said = round == 0 ? SESSION.getBytes(StandardCharsets.ISO_8859_1) : damaged(random);
                Thread server = new Thread(() -> say(listener, said), "garbled-server");
                server.setDaemon(true);
                server.start();
                boolean whole = converse(listener.getLocalPort());
                assertThat(whole || round > 0).as("the undamaged session").isTrue();
                answered += whole ? 1 : 0;
            }
        }

        assertThat(answered).isPositive();
        assertThat(folder).isEmptyDirectory();
    }

    /** Has a whole conversation; false when the server was given up on. */
    private boolean converse(int port) {
        MailAccount account = MailAccount.pec("pec")
                .address("pec@example.it")
                .smtps("localhost", 465)
                .imap(new MailServer("127.0.0.1", port, Transport.PLAIN))
                .credentials("user", "mailbox-secret")
                .build();
        // The server says everything at once and hangs up, so that nothing is ever waited for.
        ImapConnector connector = new ImapConnector(Duration.ofSeconds(10), Duration.ofSeconds(10));
        try (MailboxConnection connection = connector.connect(account)) {
            connection.examine("INBOX");
            connection.search(new MailSearch.FromUid(1));
            connection.headers(new long[] {1, 2, 3});
            Map<Long, SpooledContent> contents = connection.contents(new long[] {1, 2}, new ContentSpool(folder, 4));
            contents.values().forEach(SpooledContent::close);
            connection.idle(Duration.ofSeconds(5));
            return true;
        } catch (MailboxException givenUp) {
            return false;
        }
    }

    private static byte[] damaged(Random random) {
        byte[] said = SESSION.getBytes(StandardCharsets.ISO_8859_1);
        String alphabet = "*+()[]{}\"\\~ \r\n0123456789ANIL\u0000\u00ff";
        int damages = 1 + random.nextInt(3);
        for (int damage = 0; damage < damages; damage++) {
            int place = random.nextInt(said.length);
            switch (random.nextInt(3)) {
                case 0 -> said[place] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
                case 1 -> said = concat(said, 0, place, said, Math.min(said.length, place + 1 + random.nextInt(20)));
                default -> said = concat(said, 0, place, said, Math.max(0, place - random.nextInt(20)));
            }
        }
        return said;
    }

    private static byte[] concat(byte[] first, int from, int to, byte[] second, int secondFrom) {
        byte[] joined = new byte[to - from + second.length - secondFrom];
        System.arraycopy(first, from, joined, 0, to - from);
        System.arraycopy(second, secondFrom, joined, to - from, second.length - secondFrom);
        return joined;
    }

    private static void say(ServerSocket listener, byte[] said) {
        try (Socket client = listener.accept()) {
            OutputStream output = client.getOutputStream();
            output.write(said);
            output.flush();
            client.shutdownOutput();
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException hungUp) {
            // The client has had enough.
        }
    }
}
