package io.github.pecmailproxy.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mailbox with a mail that does not fit into memory, read by a process of its own with little of it. */
class LargeMailboxTest {
    private static final int LINES = 1_500_000;
    private static final String LINE = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg\n";

    @Test
    void readsAMailOf100MegabytesWithAHeapOf64(@TempDir Path folder) throws IOException, InterruptedException {
        Path mailbox = folder.resolve("mbox");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(mailbox))) {
            out.write("From a\nFrom: a@example\nSubject: large\n\n".getBytes(StandardCharsets.US_ASCII));
            byte[] line = LINE.getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < LINES; i++) {
                out.write(line);
            }
            out.write("\nFrom b\nFrom: b@example\nSubject: small\n\ntext\n".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(Files.size(mailbox)).isGreaterThan(100_000_000);
        Path output = folder.resolve("output");

        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ReceiptClassifier.class.getName(),
                        "--json",
                        "--no-verify",
                        mailbox.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int status = process.waitFor();

        String printed = Files.readString(output);
        assertThat(status).as(printed).isZero();
        assertThat(printed.lines()).hasSize(2).allMatch(line -> line.contains("\"kind\":\"ordinary\""));
    }
}
