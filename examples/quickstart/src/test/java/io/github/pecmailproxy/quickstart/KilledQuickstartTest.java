package io.github.pecmailproxy.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart in a process of its own, killed at moments nobody chose; {@code -Dpec.quickstart.kills=N} kills it more often. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KilledQuickstartTest {
    private static final int KILLS = Integer.getInteger("pec.quickstart.kills", 3);
    /** A whole run prints about 55 lines before the table. */
    private static final int LAST_LINE = 50;

    @TempDir
    private Path data;

    private final StringBuilder story = new StringBuilder();

    @RepeatedTest(2)
    void goesOnWhereItWasUntilEveryMessageHasItsFate() throws Exception {
        for (int i = 0; i < KILLS; i++) {
            killAfter(ThreadLocalRandom.current().nextInt(1, LAST_LINE));
        }

        int status = runToItsEnd();

        assertThat(status).as(story.toString()).isZero();
        assertThat(story.toString())
                .contains("the provider got each exactly once")
                .doesNotContain("UNEXPECTED")
                .doesNotContain("Exception");
    }

    private void killAfter(int lines) throws IOException, InterruptedException {
        Process program = program();
        try (BufferedReader output = output(program)) {
            String line = output.readLine();
            for (int read = 1; read < lines && line != null; read++) {
                story.append(line).append('\n');
                line = output.readLine();
            }
            program.destroyForcibly();
            program.waitFor();
            story.append("---- killed after ").append(lines).append(" lines ----\n");
        } finally {
            program.destroyForcibly();
        }
    }

    private int runToItsEnd() throws IOException, InterruptedException {
        Process program = program();
        try (BufferedReader output = output(program)) {
            output.lines().forEach(line -> story.append(line).append('\n'));
            return program.waitFor();
        } finally {
            program.destroyForcibly();
        }
    }

    private Process program() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Quickstart.class.getName(),
                        "--data",
                        data.toString())
                .redirectErrorStream(true)
                .start();
    }

    private static BufferedReader output(Process program) {
        return new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8));
    }
}
