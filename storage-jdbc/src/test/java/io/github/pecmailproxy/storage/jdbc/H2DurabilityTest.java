package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.StoredContent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills processes that enqueue, and looks for what they had acknowledged. */
class H2DurabilityTest {
    private static final int ROUNDS = 4;
    private static final int ACKNOWLEDGED_BEFORE_THE_KILL = 1_500;

    @TempDir
    private Path directory;

    private String url() {
        return "jdbc:h2:file:" + directory.resolve("store");
    }

    @Test
    void findsEveryAcknowledgedMessageAfterTheProcessWasKilled() throws Exception {
        List<String> acknowledged = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged.addAll(enqueueUntilKilled("round" + round));
            assertEverythingIsThere(acknowledged);
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ROUNDS * ACKNOWLEDGED_BEFORE_THE_KILL);
    }

    @Test
    void syncsTheDiskForEveryAcknowledgementThatStandsAlone() throws Exception {
        int calls = 50;
        Path trace = directory.resolve("trace");
        List<String> command =
                new ArrayList<>(List.of("strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace.toString()));
        command.addAll(java(url(), "traced", "1", Integer.toString(calls)));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException absent) {
            assumeThat(absent).as("strace is not installed").isNull();
            return;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        assumeThat(output).as("strace may trace here").doesNotContain("ptrace");
        assertThat(exit).as(output).isZero();

        long syncs;
        try (var lines = Files.lines(trace)) {
            syncs = lines.filter(line -> line.contains("sync(")).count();
        }
        assertThat(syncs).isGreaterThanOrEqualTo(calls);
    }

    private List<String> enqueueUntilKilled(String prefix) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(java(url(), prefix, "4", "1000000"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> acknowledged = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            String line = out.readLine();
            while (line != null) {
                acknowledged.add(line);
                if (acknowledged.size() == ACKNOWLEDGED_BEFORE_THE_KILL) {
                    process.toHandle().destroyForcibly();
                }
                line = out.readLine();
            }
        }
        process.waitFor();
        // The last line may have been cut off by the kill; it then names no message that was acknowledged.
        acknowledged.removeIf(id -> !id.matches("round\\d-\\d-\\d+-[1-5]"));
        return acknowledged;
    }

    private void assertEverythingIsThere(List<String> acknowledged) throws IOException {
        try (JdbcEventStore store = JdbcEventStore.open(url())) {
            for (String id : acknowledged) {
                StoredContent content = store.content(MessageKey.of(id))
                        .orElseThrow(() -> new AssertionError("lost although it was acknowledged: " + id));
                try (InputStream in = content.open()) {
                    assertThat(in.readAllBytes())
                            .isEqualTo(KilledEnqueuer.content(id).bytes());
                }
            }
        }
    }

    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                KilledEnqueuer.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
