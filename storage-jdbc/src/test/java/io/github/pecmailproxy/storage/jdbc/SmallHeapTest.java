package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.store.EventStore;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is queued and sent does not lie in memory: a process of its own, with a small heap, does both on an H2 file. */
class SmallHeapTest {
    private static final int MEGABYTE = 1024 * 1024;

    @TempDir
    private Path directory;

    @Test
    void enqueuesAndSendsFiftyMegabytesInAHeapOfNinetySix() throws Exception {
        run("-Xmx96m", 1, 50 * MEGABYTE);
    }

    /** Together more than the heap; the run of 100,000 is in the benchmarks. */
    @Test
    void drainsAQueueThatIsLargerThanItsHeap() throws Exception {
        run("-Xmx128m", 1_600, 64 * 1024);
    }

    private void run(String heap, int messages, int attachment) throws Exception {
        Path output = directory.resolve("output");
        try (StallingSmtpServer server = new StallingSmtpServer(Integer.MAX_VALUE, 1)) {
            int exit = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            heap,
                            "-XX:+ExitOnOutOfMemoryError",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                            "-Djava.io.tmpdir=" + directory,
                            "-cp",
                            System.getProperty("java.class.path"),
                            SmallHeapTest.class.getName(),
                            "jdbc:h2:file:" + directory.resolve("queue"),
                            Integer.toString(server.port()),
                            Integer.toString(messages),
                            Integer.toString(attachment))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            assertThat(exit).as(Files.readString(output)).isZero();
            assertThat(server.recipients()).hasSize(messages);
        }
    }

    /**
     * Enqueues and sends, and ends when all is sent.
     *
     * @param arguments the URL of the store, the server's port, how many messages, and the size of the attachment of each
     */
    public static void main(String[] arguments) throws InterruptedException {
        EventStore store = JdbcEventStore.open(arguments[0]);
        int messages = Integer.parseInt(arguments[2]);
        int attachment = Integer.parseInt(arguments[3]);
        try (MailProxy proxy = MailProxy.builder()
                .store(store)
                .account(MailAccount.ordinary("acc")
                        .address("anna@ditta.example")
                        .smtp(new MailServer("127.0.0.1", Integer.parseInt(arguments[1]), Transport.PLAIN))
                        .build())
                .build()) {
            List<OutgoingMessage> batch = new ArrayList<>();
            for (int number = 0; number < messages; number++) {
                batch.add(OutgoingMessage.builder()
                        .id("m" + number)
                        .account("acc")
                        .from("anna@ditta.example")
                        .to("carla@altra.example")
                        .text("See the attachment.")
                        .attach(Attachment.of("noise.bin", "application/octet-stream", () -> new Noise(attachment)))
                        .build());
            }
            proxy.queue().enqueue(batch);
            proxy.start();
            while (store.statistics(Instant.now()).count(MessageState.SENT) < messages) {
                Thread.sleep(50);
            }
        }
    }

    /** Bytes that no compression makes smaller. */
    private static final class Noise extends InputStream {
        private final SplittableRandom random = new SplittableRandom(1);
        private int left;

        Noise(int size) {
            left = size;
        }

        @Override
        public int read() {
            if (left == 0) {
                return -1;
            }
            left--;
            return random.nextInt(256);
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left == 0) {
                return length == 0 ? 0 : -1;
            }
            int count = Math.min(length, left);
            for (int i = 0; i < count; i++) {
                into[offset + i] = (byte) random.nextInt(256);
            }
            left -= count;
            return count;
        }
    }
}
