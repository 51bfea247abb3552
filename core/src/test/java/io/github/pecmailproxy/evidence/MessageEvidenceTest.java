package io.github.pecmailproxy.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.store.contract.BytesContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageEvidenceTest {
    @TempDir
    private Path folder;

    @Test
    void exportsMoreThanFitsIntoMemory() throws Exception {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeExportMain.class.getName(),
                        folder.resolve("large.zip").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();

        assertThat(process.waitFor()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output)).contains("written=true");
    }

    @Test
    void refusesToExportWhatIsNotWhatWasRecorded() throws IOException {
        try (SandboxEvidence sandbox = new SandboxEvidence()) {
            MessageEvidence kept = sandbox.sent(SandboxEvidence.message());
            BytesContent other = BytesContent.of("something else");
            MessageEvidence changedOriginal =
                    MessageEvidence.of(kept.message(), kept.events(), other, kept.receipts(), sandbox.parser());
            List<MessageEvidence.Receipt> receipts = new ArrayList<>(kept.receipts());
            receipts.set(1, new MessageEvidence.Receipt(receipts.get(1).record(), other));
            MessageEvidence changedReceipt =
                    MessageEvidence.of(kept.message(), kept.events(), kept.original(), receipts, sandbox.parser());
            ByteArrayOutputStream out = new ByteArrayOutputStream();

            assertThatThrownBy(() -> changedOriginal.writeTo(out))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the message as sent is not what was recorded");
            assertThatThrownBy(() -> changedReceipt.writeTo(out))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("receipt number 2 is not what was recorded");
            assertThat(out.size()).isZero();
            Path file = Files.writeString(folder.resolve("old.zip"), "old");
            assertThatThrownBy(() -> changedReceipt.writeTo(file)).isInstanceOf(IOException.class);
            assertThat(file).hasContent("old");
            assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
        }
    }

    @Test
    void aMailCannotWriteTheText() throws IOException {
        try (SandboxEvidence sandbox = new SandboxEvidence()) {
            Bundle bundle = Bundle.of(sandbox.exported(SandboxEvidence.message()))
                    .forgedIndex(json -> json.replace("\"Diffida n. 1", "\"Diffida\\n- Il messaggio \u202e n. 1"));

            String text = new String(bundle.file(BundleFile.TEXT), StandardCharsets.UTF_8);
            assertThat(text)
                    .contains("Oggetto: Diffida\ufffd- Il messaggio \ufffd n. 1")
                    .doesNotContain("\u202e");
        }
    }
}
