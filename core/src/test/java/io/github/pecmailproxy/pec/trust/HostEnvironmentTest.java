package io.github.pecmailproxy.pec.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the host brings along, or leaves out, in a process of its own. */
class HostEnvironmentTest {
    private static final TestCertificate ROOT =
            TestCertificate.authority("Environment Root").selfSigned();

    @TempDir
    private Path directory;

    @Test
    void checksNothingWithoutBouncyCastle() throws Exception {
        assertThat(run(List.of(), ProviderTrust.class, VerificationMain.class))
                .contains(
                        "available=false",
                        "verdict=NOT_CHECKED",
                        "reason=the signature was not checked because Bouncy Castle is not on the class path",
                        "content=false");
    }

    @Test
    void checksWithBouncyCastleAlone() throws Exception {
        assertThat(run(List.of(), ProviderTrust.class, VerificationMain.class, ASN1InputStream.class))
                .contains("available=true", "verdict=TRUSTED", "untouched=true");
    }

    @Test
    void neitherObeysNorChangesTheHostsRestrictions() throws Exception {
        String restrictions = "SHA1, RSA keySize < 8192, MD5, DSA, EC";
        Path properties = Files.writeString(
                directory.resolve("java.security"),
                "jdk.certpath.disabledAlgorithms=" + restrictions + "\njdk.jar.disabledAlgorithms=" + restrictions
                        + "\njdk.tls.disabledAlgorithms=" + restrictions + "\n");

        assertThat(run(
                        List.of("-Djava.security.properties=" + properties),
                        ProviderTrust.class,
                        VerificationMain.class,
                        ASN1InputStream.class))
                .contains("verdict=TRUSTED", "reason=", "untouched=true", "restricted=" + restrictions);
    }

    private List<String> run(List<String> options, Class<?>... onClassPath)
            throws IOException, InterruptedException, CertificateEncodingException {
        TestCertificate provider = TestCertificate.provider()
                .algorithm("SHA1withRSA")
                .valid("2016-01-01T00:00:00Z", "2019-01-01T00:00:00Z")
                .issuedBy(ROOT);
        byte[] cms = TestSignature.by(provider, ROOT)
                .algorithm("SHA1withRSA")
                .at("2018-01-01T00:00:00Z")
                .cms();
        Path signature = Files.write(directory.resolve("smime.p7s"), cms);
        Path content = Files.write(directory.resolve("content"), TestSignature.CONTENT);
        Path anchor = Files.writeString(
                directory.resolve("anchor.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(ROOT.certificate().getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(Stream.of(onClassPath)
                .map(HostEnvironmentTest::location)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator)));
        command.add(VerificationMain.class.getName());
        command.addAll(List.of(anchor.toString(), signature.toString(), content.toString(), TestCertificate.MAILBOX));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int exit = process.waitFor();
        List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        assertThat(exit).as(String.join("\n", lines)).isZero();
        return lines;
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
