package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The program as {@code --sandbox} starts it, in a process and a folder of its own. */
class SandboxProgramTest {
    private static final Pattern LISTENING = Pattern.compile("Listening on http://localhost:(\\d+)/");

    @TempDir
    Path folder;

    @Test
    void showsMessagesOfDifferentFatesAndGoesOnAfterItWasKilled() throws Exception {
        Process first = start();
        try {
            String base = base(first);
            Await.until(() -> state(base, "demo-01").equals("delivered"));
            Await.until(() -> state(base, "demo-03").equals("failed"));
            assertThat(get(base, "/").text()).contains("<title>PEC Mail Proxy</title>");
            assertThat(get(base, "/messages").json().get("messages").size()).isEqualTo(8);
        } finally {
            first.destroyForcibly().waitFor();
        }
        Process second = start();
        try {
            String base = base(second);
            assertThat(state(base, "demo-01")).isEqualTo("delivered");
            assertThat(get(base, "/messages").json().get("messages").size()).isEqualTo(8);
            assertThat(get(base, "/health").json().get("status").stringValue()).isEqualTo("UP");
        } finally {
            second.destroy();
            assertThat(second.waitFor()).isEqualTo(143);
        }
        assertThat(Files.getPosixFilePermissions(folder.resolve("data/sandbox/key")))
                .hasSize(2);
    }

    private Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RestApi.class.getName(),
                        "--sandbox")
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("GMP_") || name.startsWith("MAIL_PROXY_"));
        builder.environment().put("GMP_PORT", "0");
        return builder.start();
    }

    private static String base(Process process) throws IOException {
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
                return "http://127.0.0.1:" + listening.group(1);
            }
        }
        throw new AssertionError("did not start:\n" + seen);
    }

    private static RunningApi.Reply get(String base, String path) {
        return RunningApi.exchange(base, "GET", path, null, Map.of());
    }

    /** The state of a message's recipient; empty as long as the message is not there. */
    private static String state(String base, String id) {
        JsonNode answer = get(base, "/messages/" + id).json();
        return answer.at("/message/recipients/0/state").asString("");
    }
}
