package io.github.pecmailproxy.pec.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.Verdict;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;

/** An authority that is known by its key and a list of domains, and re-issued by another above it. */
class KnownAuthorityTest {
    private static final TestCertificate ABOVE =
            TestCertificate.authority("Above").selfSigned();
    private static final TestCertificate KNOWN =
            TestCertificate.authority("Known").issuedBy(ABOVE);
    private static final TestCertificate PROVIDER = TestCertificate.provider().issuedBy(KNOWN);
    private static final String OUTSIDE = "the signer's names are outside those its authority may vouch for";

    @Test
    void trustsAListedDomainWhateverTheMailCarries() {
        TestCertificate forged = TestCertificate.authority("Known")
                .forgedWith(TestCertificate.rsa("forger"))
                .permitted(new GeneralName(GeneralName.rfc822Name, "pec.other.it"))
                .issuedBy(ABOVE);

        assertThat(check(List.of("pec.example.it"), TestSignature.by(PROVIDER)).verdict())
                .isEqualTo(Verdict.TRUSTED);
        assertThat(check(List.of("pec.example.it"), TestSignature.by(PROVIDER, forged))
                        .verdict())
                .isEqualTo(Verdict.TRUSTED);
    }

    @Test
    void doesNotTrustADomainThatIsNotListed() {
        assertThat(check(List.of("pec.other.it"), TestSignature.by(PROVIDER)).reason())
                .contains(OUTSIDE);
    }

    @Test
    void trustsADomainThatAGenuineReissuePermits() {
        TestCertificate reissue = TestCertificate.authority("Known")
                .permitted(new GeneralName(GeneralName.rfc822Name, "pec.example.it"))
                .issuedBy(ABOVE);

        SignatureCheck check = check(List.of("pec.other.it"), TestSignature.by(PROVIDER, reissue));

        assertThat(check.reason()).isEmpty();
        assertThat(check.chain()).containsExactly(PROVIDER.certificate(), reissue.certificate());
    }

    @Test
    void doesNotTrustADomainThatNoGenuineReissuePermits() {
        TestCertificate reissue = TestCertificate.authority("Known")
                .permitted(new GeneralName(GeneralName.rfc822Name, "pec.third.it"))
                .issuedBy(ABOVE);
        TestCertificate expired = TestCertificate.authority("Known")
                .valid("2010-01-01T00:00:00Z", "2024-01-01T00:00:00Z")
                .issuedBy(ABOVE);

        assertThat(check(List.of("pec.other.it"), TestSignature.by(PROVIDER, reissue))
                        .reason())
                .contains(OUTSIDE);
        assertThat(check(List.of("pec.other.it"), TestSignature.by(PROVIDER, expired))
                        .reason())
                .contains("the signer's authority was not in force at the time of signing");
    }

    @Test
    void doesNotBelieveAReissueThatTheMailMadeUp() {
        TestCertificate forged = TestCertificate.authority("Known")
                .forgedWith(TestCertificate.rsa("forger"))
                .issuedBy(ABOVE);
        TestCertificate selfSigned = TestCertificate.authority("Known").selfSigned();

        for (TestCertificate made : List.of(forged, selfSigned)) {
            SignatureCheck check = check(List.of("pec.other.it"), TestSignature.by(PROVIDER, made));

            assertThat(check.verdict()).isEqualTo(Verdict.UNTRUSTED);
            assertThat(check.reason()).contains(OUTSIDE);
        }
    }

    @Test
    void doesNotTrustWhatTheAuthorityAboveIssuesToOthers() {
        TestCertificate neighbour = TestCertificate.provider().issuedBy(ABOVE);

        assertThat(check(List.of("pec.example.it"), TestSignature.by(neighbour, ABOVE))
                        .verdict())
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void doesNotTrustThroughIntermediateAuthorities() {
        TestCertificate middle = TestCertificate.authority("Middle Of Known").issuedBy(KNOWN);
        TestCertificate provider = TestCertificate.provider().issuedBy(middle);

        assertThat(check(List.of(), TestSignature.by(provider, middle)).reason())
                .contains("the chain is longer than one of its authorities allows");
    }

    @Test
    void doesNotTrustAProviderWithInternetAddresses() {
        TestCertificate server = TestCertificate.provider()
                .name(GeneralName.iPAddress, "10.0.0.1")
                .issuedBy(KNOWN);

        assertThat(check(List.of("pec.example.it"), TestSignature.by(server)).reason())
                .contains(OUTSIDE);
    }

    @Test
    void doesNotTrustAfterTheAuthorityHasEnded() {
        TimeWindow window =
                new TimeWindow(Instant.parse("2011-01-01T00:00:00Z"), Instant.parse("2024-01-01T00:00:00Z"));

        TrustAnchor ended = new TrustAnchor.Known(base64(KNOWN), window, List.of(), "");

        assertThat(check(ended, TestSignature.by(PROVIDER, KNOWN)).reason())
                .contains("the signer's authority was not in force at the time of signing");
        assertThat(check(ended, TestSignature.by(PROVIDER, KNOWN).at("2023-06-01T00:00:00Z"))
                        .reason())
                .isEmpty();
    }

    private static SignatureCheck check(List<String> domains, TestSignature signature) {
        return check(new TrustAnchor.Known(base64(KNOWN), TimeWindow.ALWAYS, domains, base64(ABOVE)), signature);
    }

    private static SignatureCheck check(TrustAnchor known, TestSignature signature) {
        TrustSettings settings =
                new TrustSettings(List.of(known), Set.of(), Optional.empty(), InstantSource.system(), 10, 1 << 20);
        return new CmsVerifier(settings).verify(signature.mail());
    }

    private static String base64(TestCertificate certificate) {
        return Base64.getEncoder().encodeToString(certificate.keys().getPublic().getEncoded());
    }
}
