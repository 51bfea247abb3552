package io.github.pecmailproxy.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.storage.memory.MemoryEventStore;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A bundle exported by the proxy, verified by the command line in a process of its own, and by the tools its text names. */
class VerifyBundleTest {
    private static final String MAILBOX = "acme@pec.example";
    private static final String PASSWORD = "parola-segreta";
    private static final int CHANGES_AN_ENTRY = 12;
    private static final long SEED = 20_261_126;

    @TempDir
    private static Path exported;

    @TempDir
    private Path folder;

    private static Path bundle;
    private static Path authority;

    private record Result(int status, String output) {}

    @BeforeAll
    static void export() throws IOException {
        bundle = exported.resolve("n1.zip");
        authority = exported.resolve("authority.pem");
        try (PecSandbox sandbox =
                PecSandbox.builder().account(MAILBOX, PASSWORD).manual().start()) {
            try (MailProxy proxy = MailProxy.builder()
                    .store(MemoryEventStore.create(InstantSource.system()))
                    .trust(ProviderTrust.builder().anchor(sandbox.receiptCa()).build())
                    .account(MailAccount.pec("pec-acme")
                            .smtps(sandbox.host(), sandbox.smtpsPort())
                            .imaps(sandbox.host(), sandbox.imapsPort())
                            .credentials(MAILBOX, PASSWORD)
                            .tlsTrust(TlsTrust.of(sandbox.tlsCa()))
                            .build())
                    .build()) {
                proxy.queue()
                        .enqueue(OutgoingMessage.builder()
                                .id("n1")
                                .account("pec-acme")
                                .from(MAILBOX)
                                .to("mario@pec.example", "lucia@pec.example")
                                .subject("Comunicazione")
                                .text("Gentile destinatario")
                                .attach(Attachment.of("a.pdf", "application/pdf", new byte[] {1, 2, 3}))
                                .build());
                proxy.steps().dispatchOnce();
                sandbox.deliverDue();
                proxy.steps().pollOnce();
                proxy.receipts().evidence(MessageKey.of("n1")).orElseThrow().writeTo(bundle);
            }
            Files.writeString(authority, sandbox.receiptCaPem());
        }
    }

    private Result run(List<String> command, Path directory) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new Result(process.waitFor(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private Result classifier(Object... arguments) throws IOException, InterruptedException {
        // The program has neither store nor engine on its class path.
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(element -> !element.contains("storage-memory") && !element.contains("pec-sandbox"))
                .reduce((one, other) -> one + File.pathSeparator + other)
                .orElseThrow();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                ReceiptClassifier.class.getName()));
        Stream.of(arguments).map(String::valueOf).forEach(command::add);
        return run(command, folder);
    }

    @Test
    void verifiesABundleWithTheCommandLineAlone() throws Exception {
        Result result = classifier("--verify-bundle", bundle, "--trust", authority);

        assertThat(result.output())
                .contains("proven  pec_acceptance at ")
                .contains("proven  pec_delivery mario@pec.example at ", "proven  pec_delivery lucia@pec.example at ")
                .contains("a receipt holds a signed copy of the message, and it is the original")
                .endsWith("everything holds" + System.lineSeparator());
        assertThat(result.status()).isZero();
    }

    @Test
    void saysWhyABundleWithOneOtherByteDoesNotHold() throws Exception {
        byte[] bytes = Files.readAllBytes(bundle);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("Gentile destinatario")] ^= 1;
        Path changed = Files.write(folder.resolve("changed.zip"), bytes);

        Result result = classifier("--verify-bundle", changed, "--trust", authority);

        assertThat(result.output()).contains("FAILED", "original.eml");
        assertThat(result.status()).isEqualTo(1);
    }

    @Test
    void findsAnyChangedByteOfAnyEntry() throws IOException {
        Random random = new Random(SEED);
        List<String> unnoticed = new ArrayList<>();
        for (String name : entries().keySet()) {
            for (int i = 0; i < CHANGES_AN_ENTRY; i++) {
                Map<String, byte[]> entries = entries();
                byte[] content = entries.get(name);
                int offset = random.nextInt(content.length);
                content[offset] ^= (byte) (1 + random.nextInt(255));
                ByteArrayOutputStream printed = new ByteArrayOutputStream();
                PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
                int status = new CommandLine(new ReceiptClassifier(out, out, false))
                        .execute("--verify-bundle", packed(entries).toString(), "--trust", authority.toString());
                boolean reason = printed.toString(StandardCharsets.UTF_8)
                        .lines()
                        .anyMatch(line -> line.matches("FAILED +\\w+ +\\S.*: \\S.*"));
                if (status != 1 || !reason) {
                    unnoticed.add(name + " at " + offset);
                }
            }
        }
        assertThat(unnoticed).isEmpty();
    }

    private static Map<String, byte[]> entries() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return entries;
    }

    private Path packed(Map<String, byte[]> entries) throws IOException {
        Path file = folder.resolve("packed.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
        return file;
    }

    @Test
    void doesNotHoldWithoutTheAuthority() throws Exception {
        Result result = classifier("--verify-bundle", bundle);

        assertThat(result.output())
                .contains("FAILED  signature", "does not lead to a trusted anchor")
                .doesNotContain("proven  ");
        assertThat(result.status()).isEqualTo(1);
    }

    @Test
    void printsOneJsonObject() throws Exception {
        Result result = classifier("--json", "--verify-bundle", bundle, "--trust", authority);

        JsonNode object = new ObjectMapper().readTree(result.output());
        assertThat(object.get("holds").asBoolean()).isTrue();
        assertThat(object.get("original_proof").asText()).isEqualTo("signed_copy");
        assertThat(object.get("proven").findValuesAsText("event_type"))
                .containsExactly("pec_acceptance", "pec_delivery", "pec_delivery");
        assertThat(object.get("checks")).allMatch(check -> check.get("passed").asBoolean());
    }

    @Test
    void refusesAWrongCommandLine() throws Exception {
        assertThat(classifier("--verify-bundle").status()).isEqualTo(2);
        assertThat(classifier("--verify-bundle", folder.resolve("missing.zip")).status())
                .isEqualTo(2);
        assertThat(classifier("--verify-bundle", bundle, bundle).status()).isEqualTo(2);
        assertThat(classifier("--verify-bundle", bundle, "--no-verify").status())
                .isEqualTo(2);
    }

    @Test
    void verifiesAFolderOfMails() throws Exception {
        Path unpacked = unpack();
        for (String other : List.of("index.json", "verification.txt", "SHA256SUMS")) {
            Files.delete(unpacked.resolve(other));
        }

        Result result = classifier("--verify-bundle", unpacked, "--trust", authority);
        assertThat(result.status()).as(result.output()).isZero();

        Path receipt = unpacked.resolve("receipts").resolve("01-accettazione.eml");
        Files.writeString(
                receipt, Files.readString(receipt, StandardCharsets.ISO_8859_1).replace("text/", "Text/"));
        Result changed = classifier("--verify-bundle", unpacked, "--trust", authority);
        assertThat(changed.output())
                .contains("FAILED  signature     receipts/01-accettazione.eml: its signature is invalid");
        assertThat(changed.status()).isEqualTo(1);
    }

    @Test
    void verifiesWithTheToolsThatTheTextNames() throws Exception {
        assumeTrue(
                run(List.of("sh", "-c", "openssl version && sha256sum --version"), folder)
                                .status()
                        == 0,
                "no openssl");
        Path unpacked = unpack();
        String text = Files.readString(unpacked.resolve("verification.txt"));
        String commands = text.substring(0, text.indexOf("====="))
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("openssl") || line.startsWith("-CAfile") || line.startsWith("-attime"))
                .reduce("", (all, line) -> all + line + (line.endsWith("\\") ? "\n" : " || exit 9\n"));
        assertThat(commands.lines().filter(line -> line.startsWith("openssl"))).hasSize(3);

        assertThat(run(List.of("sha256sum", "-c", "SHA256SUMS"), unpacked).status())
                .isZero();
        Result openssl = run(List.of("sh", "-c", commands), unpacked);

        assertThat(openssl.status()).as(commands + openssl.output()).isZero();
        assertThat(openssl.output().lines().filter(line -> line.equals("CMS Verification successful")))
                .hasSize(3);
    }

    private Path unpack() throws IOException {
        Path unpacked = folder.resolve("unpacked");
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
                Path target = unpacked.resolve(entry.getName());
                Files.createDirectories(target.getParent());
                Files.copy(zip.getInputStream(entry), target);
            }
        }
        return unpacked;
    }
}
