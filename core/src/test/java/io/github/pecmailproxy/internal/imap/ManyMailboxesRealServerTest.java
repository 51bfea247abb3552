package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.testing.DovecotServer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What five hundred mailboxes of a real server cost one process. */
@Tag("real-servers")
class ManyMailboxesRealServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(ManyMailboxesRealServerTest.class);
    private static final int MAILBOXES = 500;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Steps steps = new Steps();
    private final FakeStore store = new FakeStore(steps);
    private final FakeRecorder recorder = new FakeRecorder(store, steps);

    @Test
    void costFiftyThreadsAndConnectionsAndAFewKilobytesEach() throws Exception {
        try (DovecotServer server =
                DovecotServer.start("auth_username_format = %u\npassdb {\n driver = static\n args = password="
                        + DovecotServer.PASSWORD
                        + "\n}\nservice imap-login {\n service_count = 0\n client_limit = 2000\n}\n"
                        + "service imap {\n process_limit = 2000\n service_count = 0\n}\n")) {
            List<MailAccount> accounts = IntStream.range(0, MAILBOXES)
                    .mapToObj(number -> account(server, number))
                    .toList();
            Set<Thread> earlier = Thread.getAllStackTraces().keySet();
            long heapBefore = usedHeap();
            DefaultImapReceiptPoller poller = new DefaultImapReceiptPoller(
                    () -> accounts,
                    store.asStore(),
                    recorder,
                    new ImapConnector(),
                    event -> {},
                    InstantSource.system(),
                    "node",
                    PollerSettings.defaults().withPollInterval(Duration.ofMinutes(10)));
            try {
                poller.start();
                await().atMost(PATIENCE)
                        .until(() -> poller.mailboxes().stream().allMatch(status -> status.lastRead() != null));
                await().atMost(PATIENCE).until(() -> idling(poller) == PollerSettings.DEFAULT_MAX_CONNECTIONS);

                long heap = usedHeap() - heapBefore;
                long threads = threadsSince(earlier);
                LOG.info(
                        "{} mailboxes: {} threads, {} kept connections, {} kB of heap",
                        MAILBOXES,
                        threads,
                        idling(poller),
                        heap / 1024);
                // More than fifty-nine only while servers let their threads wait and others stand in for those.
                assertThat(threads).isLessThan(MAILBOXES / 4);
                assertThat(heap).isLessThan(40L * 1024 * 1024);

                server.deliver(
                        "user" + (MAILBOXES - 1),
                        "INBOX",
                        "X-Ricevuta: accettazione\r\n\r\nbody\r\n"
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                poller.nudge(accounts.get(MAILBOXES - 1).key());
                await().atMost(PATIENCE).until(() -> recorder.entries().size() == 1);
            } finally {
                poller.stop(Duration.ofSeconds(10));
            }
        }
    }

    private static MailAccount account(DovecotServer server, int number) {
        return MailAccount.pec("pec-" + number)
                .address("pec" + number + "@example.it")
                .smtps("localhost", 465)
                .imap(new MailServer("localhost", server.tlsPort(), Transport.IMPLICIT_TLS))
                .credentials("user" + number, DovecotServer.PASSWORD)
                .tlsTrust(TlsTrust.of(server.certificate()))
                .build();
    }

    private static long idling(DefaultImapReceiptPoller poller) {
        return poller.mailboxes().stream().filter(MailboxStatus::idling).count();
    }

    private static long threadsSince(Set<Thread> earlier) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("pec-") && !earlier.contains(thread))
                .count();
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
