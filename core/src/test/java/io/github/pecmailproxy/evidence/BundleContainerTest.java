package io.github.pecmailproxy.evidence;

import static io.github.pecmailproxy.evidence.Bundle.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a zip may do to whoever opens it, and what therefore is refused. */
class BundleContainerTest {
    private static SandboxEvidence sandbox;
    private static byte[] exported;

    @TempDir
    private Path folder;

    @BeforeAll
    static void export() {
        sandbox = new SandboxEvidence();
        exported = sandbox.exported(SandboxEvidence.message());
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    private void assertRefused(byte[] zip, String reason) throws IOException {
        EvidenceVerification verification =
                EvidenceBundle.verify(Files.write(folder.resolve("bundle.zip"), zip), sandbox.trust());
        assertThat(failed(verification)).containsExactly(EvidenceRule.CONTAINER);
        assertThat(verification.failures().get(0).detail()).contains(reason);
        assertThat(verification.proven()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil.eml",
                "/etc/passwd",
                "receipts/../../evil.eml",
                "receipts\\evil.eml",
                "C:evil.eml",
                "receipts/",
                "receipts/01-a/b.eml",
                "receipts/01-$(id).eml",
                "receipts/01-\u202egpj.eml",
                "notes.txt",
                ".hidden",
                "original.eml/",
                ""
            })
    void refusesNamesThatNoBundleHas(String name) throws IOException {
        Bundle bundle = Bundle.of(exported).with(name, new byte[] {1});

        assertRefused(bundle.zip(false), "it has an entry that no bundle has");
    }

    @Test
    void refusesANameTwice() throws IOException {
        byte[] twice = Bundle.of(exported).with("originaL.eml", new byte[] {1}).zip(false);
        // The list at the end and the entry itself both get the name that is there already.
        String text = new String(twice, StandardCharsets.ISO_8859_1).replace("originaL.eml", "original.eml");

        assertRefused(text.getBytes(StandardCharsets.ISO_8859_1), "it has an entry twice");
    }

    @Test
    void refusesAnEntryThatItsDirectoryDoesNotList() throws IOException {
        byte[] zip =
                Bundle.of(exported).with("receipts/98-a.eml", new byte[] {1}).zip(false);
        String text = new String(zip, StandardCharsets.ISO_8859_1);
        int atItsContent = text.indexOf("receipts/98-a.eml");
        String changed = text.substring(0, atItsContent) + "receipts/99-a.eml" + text.substring(atItsContent + 17);

        assertRefused(
                changed.getBytes(StandardCharsets.ISO_8859_1), "it has an entry that its own directory does not list");
    }

    @Test
    void refusesAZipThatShowsDifferentThingsToDifferentReaders() throws IOException {
        // A second zip in front: those who read the end see the second, those who read the start the first.
        byte[] front = Bundle.of(exported).with("original.eml", new byte[] {1}).zip(false);
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(front, 0, front.length);
        both.write(exported);

        assertRefused(both.toByteArray(), "original.eml is one thing for some readers and another for others");
    }

    @Test
    void refusesSomethingInFrontOfTheZip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII));
        bytes.write(exported);

        assertRefused(bytes.toByteArray(), "its directory lists what is not there");
    }

    @Test
    void refusesABomb() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : Bundle.of(exported).files().entrySet()) {
                out.putNextEntry(new ZipEntry(file.getKey()));
                out.write(file.getValue());
            }
            out.putNextEntry(new ZipEntry("receipts/99-accettazione.eml"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                out.write(zeros);
            }
        }

        assertRefused(bytes.toByteArray(), "a bomb");
    }

    @Test
    void refusesTooManyEntries() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (int i = 0; i <= BundleFiles.MOST_FILES; i++) {
                out.putNextEntry(new ZipEntry("receipts/" + (100_000 + i) + "-a.eml"));
            }
        }

        assertRefused(bytes.toByteArray(), "it has more than");
    }

    @Test
    void refusesWhatIsNoZip() throws IOException {
        assertRefused("no zip".getBytes(StandardCharsets.US_ASCII), "it is not a zip");
        assertRefused(java.util.Arrays.copyOf(exported, exported.length / 2), "it is not a zip");
        assertRefused(
                new ByteArrayOutputStream() {
                    byte[] empty() throws IOException {
                        try (ZipOutputStream out = new ZipOutputStream(this)) {
                            out.setComment("x");
                        }
                        return toByteArray();
                    }
                }.empty(),
                "it has a comment");
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(() -> EvidenceBundle.verify(folder.resolve("nothing.zip"), sandbox.trust()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nothing.zip");
        assertThatThrownBy(() -> EvidenceBundle.verify(new ByteArrayInputStream(new byte[0]), sandbox.trust()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void doesNotFollowLinksOutOfAFolder() throws IOException {
        Path unpacked = Bundle.of(exported).unpack(Files.createDirectory(folder.resolve("unpacked")));
        Path outside =
                Files.write(folder.resolve("outside.eml"), Bundle.of(exported).file(BundleFile.ORIGINAL));
        Files.delete(unpacked.resolve(BundleFile.ORIGINAL));
        Files.createSymbolicLink(unpacked.resolve(BundleFile.ORIGINAL), outside);

        assertThat(failed(EvidenceBundle.verify(unpacked, sandbox.trust()))).containsExactly(EvidenceRule.CONTAINER);
    }
}
