package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.PASSWORD;
import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.FetchProfile;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.UIDFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPStore;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sandbox in a process of its own, killed while clients send and read. */
class KilledSandboxTest {
    private static final int SENDERS = 3;
    private static final long LIMIT_MINUTES = 3;

    @TempDir
    private Path directory;

    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> answered = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<Long, String> seen = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 75})
    void losesAndRepeatsNothingThatClientsKnowOf(int messagesBeforeTheKill) throws Exception {
        Process program = program();
        try {
            Map<String, Integer> ports = ports(program);
            CountDownLatch enough = new CountDownLatch(messagesBeforeTheKill);
            Thread[] clients = new Thread[SENDERS + 1];
            for (int i = 0; i < SENDERS; i++) {
                clients[i] = new Thread(() -> sendUntilKilled(ports.get("SMTP"), enough));
            }
            clients[SENDERS] = new Thread(() -> readUntilKilled(ports.get("IMAP")));
            for (Thread client : clients) {
                client.start();
            }
            assertThat(enough.await(LIMIT_MINUTES, TimeUnit.MINUTES)).isTrue();
            program.destroyForcibly();
            assertThat(program.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).isTrue();
            for (Thread client : clients) {
                client.join();
            }
        } finally {
            program.destroyForcibly();
        }

        try (PecSandbox sandbox =
                TestClient.sandbox().stateDirectory(directory).manual().start()) {
            sandbox.deliverDue();

            Map<String, Long> copies = sandbox.accepted().stream()
                    .map(message -> message.messageId().orElseThrow())
                    .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
            assertThat(copies.keySet()).containsAll(answered);
            assertThat(sent).containsAll(copies.keySet());
            assertThat(copies.values()).containsOnly(1L);
            assertThat(sandbox.accepted())
                    .allSatisfy(message -> assertThat(message.text())
                            .isEqualTo(
                                    TestClient.message(message.messageId().orElseThrow(), "To: mario@altri.example")));

            Map<String, Long> receipts = sandbox.mailbox(SENDER).stream()
                    .map(mail -> mail.header("X-Ricevuta").orElseThrow() + " "
                            + mail.header("X-Riferimento-Message-ID").orElseThrow())
                    .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
            Map<String, Long> expected = new HashMap<>();
            copies.keySet().forEach(id -> {
                expected.put("accettazione " + id, 1L);
                expected.put("avvenuta-consegna " + id, 1L);
            });
            assertThat(receipts).isEqualTo(expected);

            Map<Long, String> now = sandbox.mailbox(SENDER).stream()
                    .collect(Collectors.toMap(
                            StoredMail::uid, mail -> mail.header("Message-ID").orElseThrow()));
            assertThat(now).containsAllEntriesOf(seen);
        }
    }

    private Process program() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                PecSandbox.class.getName(),
                "--account=" + SENDER,
                "--state-directory=" + directory,
                "--ca-directory=" + directory.resolve("ca"));
        builder.environment().put("PEC_SANDBOX_PASSWORD", PASSWORD);
        return builder.redirectErrorStream(true).start();
    }

    /** Reads what the program prints until it has named all its ports. */
    private static Map<String, Integer> ports(Process program) throws IOException {
        Map<String, Integer> ports = new HashMap<>();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder printed = new StringBuilder();
        while (ports.size() < 4) {
            String line = lines.readLine();
            assertThat(line).as("after " + printed).isNotNull();
            printed.append(line).append('\n');
            List<String> words = List.of(line.trim().split("\\s+"));
            if (Set.of("SMTP", "SMTPS", "IMAP", "IMAPS").contains(words.get(0))) {
                ports.put(words.get(0), Integer.parseInt(words.get(words.size() - 1)));
            }
        }
        return ports;
    }

    private void sendUntilKilled(int port, CountDownLatch enough) {
        try (Transport transport = session().getTransport("smtp")) {
            transport.connect("127.0.0.1", port, SENDER, PASSWORD);
            while (true) {
                String id = "<" + numbers.incrementAndGet() + "@acme>";
                sent.add(id);
                transport.sendMessage(
                        TestClient.fixed(TestClient.message(id, "To: mario@altri.example")),
                        TestClient.addresses("mario@altri.example"));
                answered.add(id);
                enough.countDown();
            }
        } catch (MessagingException killed) {
            // what was answered until now must be there afterwards
        }
    }

    private void readUntilKilled(int port) {
        try (IMAPStore store = (IMAPStore) session().getStore("imap")) {
            store.connect("127.0.0.1", port, SENDER, PASSWORD);
            try (IMAPFolder inbox = (IMAPFolder) store.getFolder("INBOX")) {
                inbox.open(Folder.READ_ONLY);
                FetchProfile profile = new FetchProfile();
                profile.add(UIDFolder.FetchProfileItem.UID);
                profile.add("Message-ID");
                long next = 1;
                while (true) {
                    Message[] arrived = inbox.getMessagesByUID(next, UIDFolder.LASTUID);
                    inbox.fetch(arrived, profile);
                    for (Message mail : arrived) {
                        seen.put(inbox.getUID(mail), mail.getHeader("Message-ID")[0]);
                        next = Math.max(next, inbox.getUID(mail) + 1);
                    }
                }
            }
        } catch (MessagingException | IllegalStateException killed) {
            // what was seen until now must be there afterwards
        }
    }

    private static Session session() {
        Properties properties = new Properties();
        for (String protocol : List.of("smtp", "imap")) {
            properties.put("mail." + protocol + ".connectiontimeout", "60000");
            properties.put("mail." + protocol + ".timeout", "60000");
        }
        return Session.getInstance(properties);
    }
}
