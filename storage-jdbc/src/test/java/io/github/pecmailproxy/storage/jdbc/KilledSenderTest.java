package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.MailProxyBuilder;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.MessageFilter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process while it waits for the answers to its final dots, and looks which messages are in doubt afterwards. */
class KilledSenderTest {
    private static final int MESSAGES = 60;
    private static final int ANSWERED = 10;
    private static final int CONNECTIONS = 3;
    private static final int LEASE_AHEAD = 4;

    @TempDir
    private Path directory;

    private String url() {
        return "jdbc:h2:file:" + directory.resolve("queue");
    }

    @Test
    void leavesInDoubtOnlyWhatItHadBegunAndWhatItHadLeasedAhead() throws Exception {
        try (StallingSmtpServer server = new StallingSmtpServer(ANSWERED, CONNECTIONS)) {
            enqueue(server.port());
            Process process = start(server.port());
            try {
                server.awaitStall();
            } finally {
                process.toHandle().destroyForcibly();
                process.waitFor();
            }

            List<TrackedMessage> messages = afterTheLeasesEnded(server.port());
            List<String> begun = List.copyOf(server.recipients());
            assertThat(begun).hasSize(ANSWERED + CONNECTIONS).doesNotHaveDuplicates();
            List<TrackedMessage> doubtful = in(MessageState.IN_DOUBT, messages);
            assertThat(doubtful)
                    .extracting(KilledSenderTest::recipient)
                    .as("what nobody answered for")
                    .containsAll(server.unanswered());
            assertThat(doubtful.stream()
                            .filter(message -> !begun.contains(recipient(message)))
                            .count())
                    .as("in doubt though never begun")
                    .isLessThanOrEqualTo(LEASE_AHEAD);
            List<TrackedMessage> waiting = in(MessageState.QUEUED, messages);
            assertThat(waiting).allMatch(message -> message.attempts() == 0);
            assertThat(waiting).extracting(KilledSenderTest::recipient).doesNotContainAnyElementsOf(begun);
            assertThat(doubtful.size()
                            + waiting.size()
                            + in(MessageState.SENT, messages).size())
                    .isEqualTo(MESSAGES);
        }
    }

    private void enqueue(int port) {
        try (MailProxy proxy = builder(JdbcEventStore.open(url()), port).build()) {
            List<OutgoingMessage> batch = new ArrayList<>();
            for (int number = 0; number < MESSAGES; number++) {
                batch.add(OutgoingMessage.builder()
                        .id("m" + number)
                        .account("acc")
                        .from("anna@ditta.example")
                        .to("r" + number + "@altra.example")
                        .text("Hello.")
                        .build());
            }
            proxy.queue().enqueue(batch);
        }
    }

    private Process start(int port) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledSenderTest.class.getName(),
                        url(),
                        Integer.toString(port))
                .inheritIO()
                .start();
    }

    private List<TrackedMessage> afterTheLeasesEnded(int port) {
        EventStore store = JdbcEventStore.open(url());
        Instant later = store.clock()
                .instant()
                .plus(MailProxyBuilder.DEFAULT_LEASE_DURATION)
                .plusSeconds(1);
        try (MailProxy proxy = builder(store, port).clock(() -> later).build()) {
            proxy.steps().checkTimeoutsOnce();
            return store.messages(MessageFilter.ALL.limit(MESSAGES));
        }
    }

    /**
     * Sends until it is killed.
     *
     * @param arguments the URL of the store and the server's port
     */
    public static void main(String[] arguments) throws InterruptedException {
        builder(JdbcEventStore.open(arguments[0]), Integer.parseInt(arguments[1]))
                .build()
                .start();
        Thread.currentThread().join();
    }

    private static MailProxyBuilder builder(EventStore store, int port) {
        return MailProxy.builder()
                .store(store)
                .leaseAhead(LEASE_AHEAD)
                .account(MailAccount.ordinary("acc")
                        .address("anna@ditta.example")
                        .smtp(new MailServer("127.0.0.1", port, Transport.PLAIN))
                        .maxConnections(CONNECTIONS)
                        .build());
    }

    private static List<TrackedMessage> in(MessageState state, List<TrackedMessage> messages) {
        return messages.stream().filter(message -> message.state() == state).toList();
    }

    private static String recipient(TrackedMessage message) {
        return message.recipients().get(0).address();
    }
}
