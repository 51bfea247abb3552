package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.sandbox.PecSandbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The program as a process of its own, killed under load. */
class KilledApiTest {
    private static final Pattern LISTENING = Pattern.compile("Listening on http://localhost:(\\d+)/");
    private static final int BATCH = 20;
    private static final int BEFORE_THE_KILL = 60;

    @TempDir
    Path folder;

    private record Program(Process process, String base) {}

    private Program start(PecSandbox sandbox) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RestApi.class.getName())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("GMP_"));
        builder.environment()
                .putAll(RunningApi.environment(
                        sandbox,
                        folder,
                        Map.of(
                                "GMP_DB_URL", "jdbc:h2:file:" + folder.resolve("db") + ";WRITE_DELAY=0",
                                "GMP_LEASE_DURATION", "3",
                                // Whose receipt is not there by then did not go out, and is sent again.
                                "GMP_PEC_ACCEPTANCE_TIMEOUT", "5")));
        Process process = builder.start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            seen.append(line).append('\n');
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                Thread drain = new Thread(() -> output.lines().forEach(rest -> {}));
                drain.setDaemon(true);
                drain.start();
                assertThat(seen).contains("GMP_API_TOKEN is not set");
                return new Program(process, "http://127.0.0.1:" + listening.group(1));
            }
        }
        throw new AssertionError("did not start:\n" + seen);
    }

    private static RunningApi.Reply post(Program program, String path, Object body) {
        return RunningApi.exchange(
                program.base(),
                "POST",
                path,
                RunningApi.JSON.writeValueAsString(body),
                Map.of("Content-Type", "application/json"));
    }

    @Test
    void losesNothingThatItTookAndSendsNothingTwice() throws Exception {
        try (PecSandbox sandbox =
                PecSandbox.builder().account("acme@pec.it", "mailbox-secret").start()) {
            Program first = start(sandbox);
            Set<String> taken = ConcurrentHashMap.newKeySet();
            try {
                post(
                                first,
                                "/account",
                                Map.of(
                                        "id",
                                        "pec",
                                        "host",
                                        sandbox.host(),
                                        "port",
                                        sandbox.smtpsPort(),
                                        "user",
                                        "acme@pec.it",
                                        "password",
                                        "mailbox-secret",
                                        "is_pec_account",
                                        true,
                                        "imap_host",
                                        sandbox.host(),
                                        "imap_port",
                                        sandbox.imapsPort()))
                        .ok();
                refusesOtherSites(first);
                listensToThisMachineAlone(first);
                List<Thread> clients = IntStream.range(0, 2)
                        .mapToObj(client -> new Thread(() -> load(first, taken)))
                        .toList();
                clients.forEach(Thread::start);
                Await.until(() ->
                        taken.size() >= BEFORE_THE_KILL && !sandbox.accepted().isEmpty());
                first.process().destroyForcibly().waitFor(); // SIGKILL
                for (Thread client : clients) {
                    client.join();
                }
            } finally {
                first.process().destroyForcibly().waitFor();
            }

            forgetWhoReadTheMailbox();
            Program second = start(sandbox);
            try {
                Await.until(() -> delivered(second).containsAll(taken));
                Set<String> once = new HashSet<>();
                sandbox.accepted()
                        .forEach(message -> assertThat(
                                        once.add(message.messageId().orElseThrow()))
                                .as("sent once")
                                .isTrue());
                assertThat(RunningApi.exchange(second.base(), "GET", "/accounts", null, Map.of())
                                .ok()
                                .text())
                        .doesNotContain("secret");
            } finally {
                second.process().destroy(); // SIGTERM: it ends what it began and goes.
                assertThat(second.process().waitFor()).isEqualTo(143);
            }
        }
    }

    /** The dead process holds the mailbox for three minutes more, for the sake of clocks that differ; here nobody waits for it. */
    private void forgetWhoReadTheMailbox() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + folder.resolve("db"));
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(
                            "update pmp_exclusive_lease set held_until = 0 where resource_name like 'mailbox/%'"))
                    .as("one mailbox, if it was read already")
                    .isLessThanOrEqualTo(1);
        }
    }

    /** A page of another site in a browser of this machine reaches the port, but not the API. */
    private static void refusesOtherSites(Program program) {
        assertThat(RunningApi.exchange(
                                program.base(), "GET", "/messages", null, Map.of("Origin", "https://evil.example"))
                        .status())
                .isEqualTo(401);
        assertThat(RunningApi.exchange(program.base(), "GET", "/messages", null, Map.of("Sec-Fetch-Site", "cross-site"))
                        .status())
                .isEqualTo(401);
        assertThat(RunningApi.exchange(program.base(), "GET", "/messages", null, Map.of())
                        .status())
                .isEqualTo(200);
    }

    /** Without a token it has no address but the loopback's. */
    private static void listensToThisMachineAlone(Program program) throws SocketException {
        int port = URI.create(program.base()).getPort();
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .forEach(address -> assertThatThrownBy(() -> new Socket(address, port).close())
                        .as(address.toString())
                        .isInstanceOf(IOException.class));
    }

    private static void load(Program program, Set<String> taken) {
        try {
            while (true) {
                List<Map<String, Object>> batch = IntStream.range(0, BATCH)
                        .mapToObj(i -> RunningApi.message(UUID.randomUUID().toString(), "pec", "x@pec.it"))
                        .toList();
                JsonNode answer = post(program, "/commands/add-messages", Map.of("messages", batch))
                        .ok()
                        .json();
                assertThat(answer.get("queued").intValue()).isEqualTo(BATCH);
                batch.forEach(message -> taken.add((String) message.get("id")));
            }
        } catch (java.io.UncheckedIOException killed) {
            return; // As it was meant to be.
        }
    }

    private static Set<String> delivered(Program program) {
        Set<String> delivered = new HashSet<>();
        long after = 0;
        JsonNode page;
        do {
            page = RunningApi.exchange(
                            program.base(), "GET", "/messages?order=oldest&limit=1000&after=" + after, null, Map.of())
                    .ok()
                    .json();
            page.get("messages").forEach(message -> {
                if (message.at("/recipients/0/state").stringValue().equals("delivered")) {
                    delivered.add(message.get("id").stringValue());
                }
            });
            after = page.path("next").asLong(0);
        } while (after > 0);
        return delivered;
    }
}
