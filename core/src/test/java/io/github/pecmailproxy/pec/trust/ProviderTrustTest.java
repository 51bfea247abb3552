package io.github.pecmailproxy.pec.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderTrustTest {
    private static final TestCertificate ROOT =
            TestCertificate.authority("Configured Root").selfSigned();
    private static final TestCertificate OTHER =
            TestCertificate.authority("Other Configured Root").selfSigned();
    private static final TestCertificate PROVIDER = TestCertificate.provider().issuedBy(ROOT);

    @Test
    void isAvailableWithBouncyCastle() {
        assertThat(ProviderTrust.isAvailable()).isTrue();
    }

    @Test
    void readsAnchorsFromPemText() throws CertificateEncodingException {
        ProviderTrust trust = ProviderTrust.builder()
                .anchorsPem("subject=Other\n" + pem(OTHER) + "\nsubject=Configured\r\n" + pem(ROOT))
                .build();

        assertThat(verdict(trust)).isEqualTo(Verdict.TRUSTED);
    }

    @Test
    void readsAnchorsFromAPemFile(@TempDir Path directory) throws IOException, CertificateEncodingException {
        Path file = Files.writeString(directory.resolve("anchors.pem"), pem(ROOT));

        assertThat(verdict(ProviderTrust.builder().anchorsPem(file).build())).isEqualTo(Verdict.TRUSTED);
    }

    @Test
    void refusesAMissingPemFile(@TempDir Path directory) {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> ProviderTrust.builder().anchorsPem(directory.resolve("missing.pem")))
                .withMessageContaining("missing.pem");
    }

    @Test
    void refusesPemWithoutCertificates() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProviderTrust.builder().anchorsPem("-----BEGIN PUBLIC KEY-----"))
                .withMessage("the anchors' PEM contains no BEGIN CERTIFICATE block");
    }

    @Test
    void refusesPemThatIsDamaged() throws CertificateEncodingException {
        String damaged = pem(ROOT) + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProviderTrust.builder().anchorsPem(damaged))
                .withMessage("certificate number 2 of the anchors' PEM cannot be read");
    }

    @Test
    void refusesFingerprintsThatAreNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProviderTrust.builder().anchorKey("39e3"))
                .withMessageContaining("64 hexadecimal digits");
    }

    @Test
    void refusesToTrustNobody() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ProviderTrust.builder().build())
                .withMessageContaining("no trust anchor");
    }

    @Test
    void refusesAnchorsWithUnusableKeys() {
        TestCertificate tiny = TestCertificate.authority("Tiny")
                .keys(TestCertificate.rsa("tiny", 512))
                .algorithm("SHA1withRSA")
                .selfSigned();

        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> ProviderTrust.builder().anchor(tiny.certificate()).build())
                .withMessageContaining("1024 to 4096 bits");
    }

    @Test
    void refusesAddressesAsDomains() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProviderTrust.builder().allowedDomains(Set.of("a@pec.example.it")))
                .withMessageContaining("a@pec.example.it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProviderTrust.builder().allowedDomains(Set.of(" ")));
    }

    @Test
    void refusesImpossibleLimits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProviderTrust.builder().cachedChains(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProviderTrust.builder().maximumOpaqueBytes(0));
    }

    @Test
    void verifiesWithoutRememberingAnything() {
        ProviderTrust trust = ProviderTrust.builder()
                .anchor(ROOT.certificate())
                .cachedChains(0)
                .build();

        assertThat(verdict(trust)).isEqualTo(Verdict.TRUSTED);
        assertThat(verdict(trust)).isEqualTo(Verdict.TRUSTED);
    }

    @Test
    void remembersNoMoreThanItMay() {
        BoundedCache<String, String> cache = new BoundedCache<>(2);
        cache.put("a", "1");
        cache.put("b", "2");
        assertThat(cache.get("a")).isEqualTo("1");
        cache.put("c", "3");

        assertThat(cache.size()).isEqualTo(2);
        assertThat(cache.get("b")).as("used longest ago").isNull();
        assertThat(cache.get("a")).isEqualTo("1");
    }

    @Test
    void knowsTheFingerprintItDocuments() {
        assertThat(new AnchorStore(List.of(KnownAnchors.AGID)).entries().keySet())
                .containsExactly("39e3c6c6f13c9620775172694d20f81edad55a8613934cdaa7c3793a6d26b86b");
        assertThat(new AnchorStore(List.of(KnownAnchors.DIGITPA)).entries().keySet())
                .containsExactly("c0b443b729bcf3e980d36ef980b035be7534a7c464671c7f51e30ad6f7519d25");
    }

    @Test
    void listsProviderDomainsInTheFormTheyAreComparedIn() {
        assertThat(KnownAnchors.PROVIDER_DOMAINS)
                .hasSize(38)
                .doesNotHaveDuplicates()
                .allMatch(domain -> Mailbox.parse("posta-certificata@" + domain)
                        .filter(mailbox -> mailbox.domain().equals(domain))
                        .isPresent());
    }

    @Test
    void verifiesOnManyThreadsAtOnce() throws InterruptedException, ExecutionException {
        SignatureVerifier verifier = ProviderTrust.builder()
                .anchor(ROOT.certificate())
                .cachedChains(2)
                .build()
                .verifier();
        List<SignedMail> mails = List.of(
                TestSignature.by(PROVIDER, ROOT).mail(),
                TestSignature.by(PROVIDER).mail(),
                TestSignature.by(TestCertificate.provider().selfSigned()).mail(),
                TestSignature.by(PROVIDER).withoutCertificates().mail());
        List<SignatureCheck> expected = mails.stream().map(verifier::verify).toList();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<SignatureCheck>>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(threads.submit(
                        () -> mails.stream().map(verifier::verify).toList()));
            }
            for (Future<List<SignatureCheck>> answer : answers) {
                assertThat(answer.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Verdict verdict(ProviderTrust trust) {
        return trust.verifier().verify(TestSignature.by(PROVIDER).mail()).verdict();
    }

    private static String pem(TestCertificate certificate) throws CertificateEncodingException {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(certificate.certificate().getEncoded());
        return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
    }
}
