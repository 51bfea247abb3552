package io.github.pecmailproxy.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.ReceiptType;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host may exclude Bouncy Castle: everything works but the verification of signatures, and nothing passes for proof. */
class WithoutBouncyCastleTest {
    @TempDir
    private Path folder;

    @Test
    void everythingWorksButVerification() throws Exception {
        // The sandbox's jar is a program's, and names Bouncy Castle in its manifest.
        assertThat(run(element -> !element.contains("sandbox")
                        && !element.contains("bouncycastle")
                        && !new File(element).getName().startsWith("bc")))
                .contains(
                        "available=false",
                        "told=true",
                        "state=QUEUED",
                        "verdict=NOT_CHECKED",
                        "proof=false",
                        "certified=true",
                        "exported=true");
    }

    @Test
    void theSameProgramVerifiesWithBouncyCastle() throws Exception {
        // An authority made up for the test is nobody's.
        assertThat(run(element -> true)).contains("available=true", "told=false", "verdict=UNTRUSTED", "exported=true");
    }

    private List<String> run(java.util.function.Predicate<String> onClassPath)
            throws IOException, InterruptedException {
        Path receipt = folder.resolve("receipt.eml");
        try (PecSandbox sandbox = PecSandbox.builder().manual().start()) {
            Files.write(receipt, sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA).toBytes());
        }
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(onClassPath)
                .collect(Collectors.joining(File.pathSeparator));
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        WithoutBouncyCastleMain.class.getName(),
                        receipt.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int status = process.waitFor();
        List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        assertThat(status).as(String.join("\n", lines)).isZero();
        return lines;
    }
}
