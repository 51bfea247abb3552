package io.github.pecmailproxy.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxProgramTest {
    @TempDir
    private Path directory;

    @Test
    void printsWhereItListensAndWritesItsCertificates() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        List<String> arguments = List.of(
                "--account=uno@pec.example",
                "--account=due@pec.example",
                "--shape=legalmail",
                "--digest=sha-1",
                "--time-scale=3600",
                "--ca-directory=" + directory.resolve("ca"));
        try (PecSandbox sandbox = SandboxProgram.start(
                arguments,
                Map.of("PEC_SANDBOX_PASSWORD", "parola"),
                new PrintStream(printed, true, StandardCharsets.UTF_8))) {
            assertThat(printed.toString(StandardCharsets.UTF_8))
                    .contains("SMTPS             " + sandbox.smtpsPort())
                    .contains("IMAPS             " + sandbox.imapsPort())
                    .contains("uno@pec.example, due@pec.example")
                    .contains("tls-ca.pem")
                    .doesNotContain("parola");
            assertThat(sandbox.provider().shape()).isEqualTo(WireShape.LEGALMAIL);
            assertThat(sandbox.provider().digest()).isEqualTo(SignatureDigest.SHA_1);
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            assertThat(factory.generateCertificate(
                            new ByteArrayInputStream(Files.readAllBytes(directory.resolve("ca/tls-ca.pem")))))
                    .isEqualTo(sandbox.tlsCa());
            assertThat(factory.generateCertificate(
                            new ByteArrayInputStream(Files.readAllBytes(directory.resolve("ca/receipt-ca.pem")))))
                    .isEqualTo(sandbox.receiptCa());
            try (RawClient client = new RawClient(sandbox, sandbox.imapPort())) {
                client.line();
                assertThat(client.imap("a", "LOGIN due@pec.example parola"))
                        .last()
                        .asString()
                        .startsWith("a OK");
            }
        }
    }

    @Test
    void namesTheWrongOption() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        assertThatThrownBy(() -> SandboxProgram.start(List.of("--boh=1"), Map.of(), nowhere))
                .hasMessageContaining("--boh");
        assertThatThrownBy(() -> SandboxProgram.start(List.of("boh"), Map.of(), nowhere))
                .hasMessageContaining("boh");
        assertThatThrownBy(() -> SandboxProgram.start(List.of("--smtp-port=x"), Map.of(), nowhere))
                .hasMessageContaining("smtp-port");
        assertThatThrownBy(() -> SandboxProgram.start(List.of("--shape=poste"), Map.of(), nowhere))
                .hasMessageContaining("poste");
    }
}
