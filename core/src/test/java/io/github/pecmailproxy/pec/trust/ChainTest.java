package io.github.pecmailproxy.pec.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.Verdict;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is trusted, when, and under whose authority. */
class ChainTest {
    private static final TestCertificate ROOT =
            TestCertificate.authority("Chain Root").selfSigned();
    private static final TestCertificate PROVIDER = TestCertificate.provider().issuedBy(ROOT);

    @Test
    void doesNotTrustAStranger() {
        TestCertificate other = TestCertificate.authority("Other Root").selfSigned();
        TestCertificate stranger = TestCertificate.provider().issuedBy(other);

        assertUntrusted(
                check(ROOT, TestSignature.by(stranger, other)),
                "the signer's certificate does not lead to a trusted anchor");
    }

    @Test
    void doesNotTrustAnAuthorityThatHasTheAnchorsNameOnly() {
        TestCertificate namesake = TestCertificate.authority("Chain Root")
                .keys(TestCertificate.rsa("namesake"))
                .selfSigned();
        TestCertificate forged = TestCertificate.provider().issuedBy(namesake);

        assertUntrusted(
                check(ROOT, TestSignature.by(forged, namesake)),
                "the signer's certificate does not lead to a trusted anchor");
    }

    @Test
    void doesNotTrustAnAuthorityThatHasTheAnchorsNameNumberAndKeyIdentifier() {
        TestCertificate namesake = TestCertificate.authority("Chain Root")
                .serialOf(ROOT)
                .keyIdentifierOf(ROOT)
                .keys(TestCertificate.rsa("namesake"))
                .selfSigned();
        TestCertificate forged = TestCertificate.provider().issuedBy(namesake);

        for (TestSignature signature :
                List.of(TestSignature.by(forged, namesake), TestSignature.by(forged, namesake, ROOT))) {
            assertUntrusted(check(ROOT, signature), "the signer's certificate does not lead to a trusted anchor");
        }
    }

    @Test
    void doesNotTrustACertificateThatSignsItself() {
        TestCertificate self = TestCertificate.provider().selfSigned();

        assertUntrusted(
                check(ROOT, TestSignature.by(self)), "the signer's certificate does not lead to a trusted anchor");
    }

    @Test
    void trustsWithoutTheAuthoritysCertificateInTheMail() {
        assertTrusted(check(ROOT, TestSignature.by(PROVIDER)));
    }

    @Test
    void trustsASingleProviderThatIsAnAnchorItself() {
        TestCertificate self = TestCertificate.provider().selfSigned();

        assertTrusted(check(self, TestSignature.by(self)));
    }

    @Test
    void doesNotLetTheHolderOfAnAnchorsKeyNameItselfAsItLikes() {
        TestCertificate configured = TestCertificate.provider()
                .onlyMailbox("posta-certificata@pec.other.it")
                .selfSigned();
        TestCertificate renamed = TestCertificate.provider().selfSigned();

        assertThat(check(configured, TestSignature.by(renamed)).verdict()).isEqualTo(Verdict.UNTRUSTED);
        assertThat(check(configured, TestSignature.by(renamed, configured)).verdict())
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void doesNotLetASingleProviderIssueCertificates() {
        TestCertificate issuer = TestCertificate.provider().selfSigned();
        TestCertificate child =
                TestCertificate.provider().keys(TestCertificate.rsa("child")).issuedBy(issuer);

        assertThat(check(issuer, TestSignature.by(child, issuer)).verdict()).isEqualTo(Verdict.UNTRUSTED);
        ProviderTrust byKey =
                ProviderTrust.builder().anchorKey(issuer.keyFingerprint()).build();
        assertThat(byKey.verifier()
                        .verify(TestSignature.by(child, issuer).mail())
                        .verdict())
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @ParameterizedTest
    @CsvSource({
        "2022-12-31T23:59:59Z, false",
        "2023-01-01T00:00:00Z, true",
        "2026-01-01T00:00:00Z, true",
        "2026-01-01T00:00:01Z, false"
    })
    void judgesTheSignersCertificateAtTheSigningTime(String time, boolean trusted) {
        SignatureCheck check = check(ROOT, TestSignature.by(PROVIDER).at(time));

        if (trusted) {
            assertTrusted(check);
        } else {
            assertUntrusted(check, "the signer's certificate was not valid at the time of signing");
        }
    }

    @Test
    void keepsTrustingAfterTheSignersCertificateHasExpired() {
        ProviderTrust trust = ProviderTrust.builder()
                .anchor(ROOT.certificate())
                .clock(InstantSource.fixed(Instant.parse("2039-01-01T00:00:00Z")))
                .build();

        assertTrusted(trust.verifier().verify(TestSignature.by(PROVIDER).mail()));
    }

    @Test
    void doesNotTrustASigningTimeInTheFuture() {
        Instant now = TestSignature.TIME.minus(Duration.ofDays(2));
        ProviderTrust trust = ProviderTrust.builder()
                .anchor(ROOT.certificate())
                .clock(InstantSource.fixed(now))
                .build();

        assertUntrusted(
                trust.verifier().verify(TestSignature.by(PROVIDER).mail()), "the signing time lies in the future");
    }

    @Test
    void toleratesAProvidersClockThatRunsAhead() {
        ProviderTrust trust = ProviderTrust.builder()
                .anchor(ROOT.certificate())
                .clock(InstantSource.fixed(TestSignature.TIME.minus(Duration.ofHours(1))))
                .build();

        assertTrusted(trust.verifier().verify(TestSignature.by(PROVIDER).mail()));
    }

    @Test
    void fallsBackToTheCertifiedTime() {
        SignedMail mail = TestSignature.by(PROVIDER).withoutTime().mail();

        assertTrusted(trust(ROOT).verifier().verify(mail.certifiedAt(TestSignature.TIME)));
        assertUntrusted(
                trust(ROOT).verifier().verify(mail.certifiedAt(Instant.parse("2020-01-01T00:00:00Z"))),
                "the signer's certificate was not valid at the time of signing");
        assertUntrusted(
                trust(ROOT).verifier().verify(mail),
                "neither the signature nor the mail's certified data say when it was signed");
    }

    @Test
    void prefersTheSigningTimeToTheCertifiedTime() {
        SignedMail mail = TestSignature.by(PROVIDER).at("2022-06-01T00:00:00Z").mail();

        assertUntrusted(
                trust(ROOT).verifier().verify(mail.certifiedAt(TestSignature.TIME)),
                "the signer's certificate was not valid at the time of signing");
    }

    @Test
    void doesNotTrustAnAuthorityThatWasNotInForce() {
        TestCertificate late = TestCertificate.authority("Late Root")
                .valid("2024-07-01T00:00:00Z", "2030-01-01T00:00:00Z")
                .selfSigned();
        TestCertificate provider = TestCertificate.provider().issuedBy(late);

        assertUntrusted(
                check(late, TestSignature.by(provider)),
                "the signer's authority was not in force at the time of signing");
    }

    @Test
    void trustsAReissuedAuthorityByItsKey() {
        TestCertificate late = TestCertificate.authority("Reissued Root")
                .valid("2024-07-01T00:00:00Z", "2030-01-01T00:00:00Z")
                .selfSigned();
        TestCertificate early = TestCertificate.authority("Reissued Root").selfSigned();
        TestCertificate provider = TestCertificate.provider().issuedBy(early);

        assertTrusted(check(late, TestSignature.by(provider, early)));
    }

    @Test
    void trustsThroughAnIntermediateAuthority() {
        TestCertificate middle = TestCertificate.authority("Middle").issuedBy(ROOT);
        TestCertificate provider = TestCertificate.provider().issuedBy(middle);

        SignatureCheck check = check(ROOT, TestSignature.by(provider, middle));

        assertTrusted(check);
        assertThat(check.chain()).containsExactly(provider.certificate(), middle.certificate(), ROOT.certificate());
        assertUntrusted(
                check(ROOT, TestSignature.by(provider)), "the signer's certificate does not lead to a trusted anchor");
    }

    @Test
    void doesNotTrustThroughAnExpiredIntermediateAuthority() {
        TestCertificate middle = TestCertificate.authority("Expired Middle")
                .valid("2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z")
                .issuedBy(ROOT);
        TestCertificate provider = TestCertificate.provider().issuedBy(middle);

        assertUntrusted(
                check(ROOT, TestSignature.by(provider, middle)),
                "the signer's authority was not in force at the time of signing");
    }

    @Test
    void doesNotTrustThroughACertificateThatIsNotAnAuthoritys() {
        for (BasicConstraints constraints : new BasicConstraints[] {null, new BasicConstraints(false)}) {
            TestCertificate middle = TestCertificate.authority("Not An Authority")
                    .basicConstraints(constraints)
                    .issuedBy(ROOT);
            TestCertificate provider = TestCertificate.provider().issuedBy(middle);

            assertThat(check(ROOT, TestSignature.by(provider, middle)).verdict())
                    .isEqualTo(Verdict.UNTRUSTED);
        }
    }

    @Test
    void doesNotTrustThroughAnAuthorityThatMayNotSignCertificates() {
        TestCertificate middle = TestCertificate.authority("No Signing")
                .usage(KeyUsage.digitalSignature)
                .issuedBy(ROOT);
        TestCertificate provider = TestCertificate.provider().issuedBy(middle);

        assertThat(check(ROOT, TestSignature.by(provider, middle)).verdict()).isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void doesNotTrustThroughAnAuthorityForOtherPurposes() {
        TestCertificate middle = TestCertificate.authority("Servers Only")
                .purpose(KeyPurposeId.id_kp_serverAuth)
                .issuedBy(ROOT);
        TestCertificate provider = TestCertificate.provider().issuedBy(middle);

        assertThat(check(ROOT, TestSignature.by(provider, middle)).verdict()).isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void obeysPathLengths() {
        TestCertificate short1 =
                TestCertificate.authority("Short Root").pathLength(0).selfSigned();
        TestCertificate middle = TestCertificate.authority("Below Short").issuedBy(short1);
        TestCertificate provider = TestCertificate.provider().issuedBy(middle);
        TestCertificate direct = TestCertificate.provider().issuedBy(short1);

        assertTrusted(check(short1, TestSignature.by(direct)));
        assertUntrusted(
                check(short1, TestSignature.by(provider, middle)),
                "the chain is longer than one of its authorities allows");
    }

    @Test
    void obeysPathLengthsOfIntermediateAuthorities() {
        TestCertificate upper = TestCertificate.authority("Upper").pathLength(0).issuedBy(ROOT);
        TestCertificate lower = TestCertificate.authority("Lower").issuedBy(upper);
        TestCertificate provider = TestCertificate.provider().issuedBy(lower);

        assertUntrusted(
                check(ROOT, TestSignature.by(provider, lower, upper)),
                "the chain is longer than one of its authorities allows");
    }

    @Test
    void doesNotFollowChainsWithoutEnd() {
        List<TestCertificate> chain = new ArrayList<>();
        TestCertificate issuer = ROOT;
        for (int i = 0; i < 6; i++) {
            issuer = TestCertificate.authority("Level " + i).issuedBy(issuer);
            chain.add(issuer);
        }
        TestCertificate provider = TestCertificate.provider().issuedBy(issuer);

        assertThat(check(ROOT, TestSignature.by(provider, chain.toArray(TestCertificate[]::new)))
                        .verdict())
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void survivesAuthoritiesThatIssueEachOther() {
        List<TestCertificate> web = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            web.add(TestCertificate.authority("Web")
                    .keys(TestCertificate.rsa("web"))
                    .issuedBy(ROOT));
        }
        TestCertificate provider = TestCertificate.provider().issuedBy(web.get(0));

        assertTrusted(check(ROOT, TestSignature.by(provider, web.toArray(TestCertificate[]::new))));
    }

    @Test
    void doesNotTrustAnAuthoritysOwnSignature() {
        TestCertificate authority = TestCertificate.provider()
                .basicConstraints(new BasicConstraints(true))
                .issuedBy(ROOT);

        assertUntrusted(
                check(ROOT, TestSignature.by(authority)),
                "the signer's certificate is that of an authority, not of a mailbox");
    }

    @Test
    void doesNotTrustACertificateForOtherUses() {
        for (Integer usage : new Integer[] {null, KeyUsage.keyEncipherment, KeyUsage.nonRepudiation}) {
            TestCertificate provider = TestCertificate.provider().usage(usage).issuedBy(ROOT);

            assertUntrusted(
                    check(ROOT, TestSignature.by(provider)), "the signer's certificate is not for digital signatures");
        }
    }

    @Test
    void doesNotTrustACertificateForOtherPurposes() {
        TestCertificate provider = TestCertificate.provider()
                .purpose(KeyPurposeId.id_kp_serverAuth)
                .issuedBy(ROOT);

        assertUntrusted(check(ROOT, TestSignature.by(provider)), "the signer's certificate is not for mail");
    }

    @Test
    void trustsACertificateWithoutAPurpose() {
        assertTrusted(check(
                ROOT, TestSignature.by(TestCertificate.provider().purpose(null).issuedBy(ROOT))));
    }

    @Test
    void doesNotTrustAnUnknownCriticalExtension() {
        TestCertificate provider =
                TestCertificate.provider().unknownCritical("1.2.3.4").issuedBy(ROOT);

        assertUntrusted(
                check(ROOT, TestSignature.by(provider)),
                "the signer's certificate has a critical extension that is not understood");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "posta-certificata@pec.example.it",
                "POSTA-CERTIFICATA@PEC.EXAMPLE.IT",
                "posta-certificata@PEC.example.it"
            })
    void comparesTheFromWithoutCase(String from) {
        assertTrusted(
                trust(ROOT).verifier().verify(TestSignature.by(PROVIDER).mail().from(from)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "posta-certificata@pec.other.it",
                "postacertificata@pec.example.it",
                "posta-certificata@pec.example.it.evil.it",
                "posta-certificata@sub.pec.example.it"
            })
    void doesNotTrustAProviderWithAnothersFrom(String from) {
        assertUntrusted(
                trust(ROOT).verifier().verify(TestSignature.by(PROVIDER).mail().from(from)),
                "the signer's address is not that of the From");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "posta-certificata",
                "@pec.example.it",
                "posta-certificata@",
                "a@b@pec.example.it",
                "\"posta-certificata\"@pec.example.it",
                "posta-certificata@pec.example.it\r\n",
                "posta-certificat\u0430@pec.example.it",
                "posta-certificata@pec.e\u212Aample.it"
            })
    void doesNotTrustAnUnreadableFrom(String from) {
        assertUntrusted(
                trust(ROOT).verifier().verify(TestSignature.by(PROVIDER).mail().from(from)),
                "the mail has no single readable From address to compare with its signer");
    }

    @Test
    void doesNotTrustAMailWithoutFrom() {
        assertUntrusted(
                trust(ROOT).verifier().verify(TestSignature.by(PROVIDER).mail().withoutFrom()),
                "the mail has no single readable From address to compare with its signer");
    }

    @Test
    void comparesTheFromWithEveryMailboxOfTheSigner() {
        TestCertificate provider =
                TestCertificate.provider().mailbox("second@pec.example.it").issuedBy(ROOT);

        assertTrusted(
                trust(ROOT).verifier().verify(TestSignature.by(provider).mail().from("second@pec.example.it")));
    }

    @Test
    void doesNotReadTheMailboxFromTheSubject() {
        TestCertificate provider = TestCertificate.provider()
                .withoutNames()
                .subject("C=IT, CN=Posta Certificata, E=" + TestCertificate.MAILBOX)
                .issuedBy(ROOT);

        assertUntrusted(check(ROOT, TestSignature.by(provider)), "the signer's address is not that of the From");
    }

    @Test
    void doesNotTrustCertificatesSignedWithBrokenDigests() {
        TestCertificate md5 = TestCertificate.provider().algorithm("MD5withRSA").issuedBy(ROOT);
        TestCertificate sha1 =
                TestCertificate.provider().algorithm("SHA1withRSA").issuedBy(ROOT);

        assertUntrusted(
                check(ROOT, TestSignature.by(md5)), "the signer's certificate does not lead to a trusted anchor");
        assertUntrusted(
                check(ROOT, TestSignature.by(sha1)),
                "a certificate in the chain is signed with an algorithm too weak for its date");
    }

    @Test
    void trustsSha1AndShortKeysInCertificatesOfTheirTime() {
        TestCertificate old = TestCertificate.provider()
                .keys(TestCertificate.rsa("old", 1024))
                .algorithm("SHA1withRSA")
                .valid("2014-01-01T00:00:00Z", "2017-01-01T00:00:00Z")
                .issuedBy(ROOT);
        TestCertificate young = TestCertificate.provider()
                .keys(TestCertificate.rsa("old", 1024))
                .issuedBy(ROOT);

        assertTrusted(check(ROOT, TestSignature.by(old).algorithm("SHA1withRSA").at("2014-06-01T00:00:00Z")));
        assertUntrusted(check(ROOT, TestSignature.by(young)), "a key in the chain is too short for its date");
    }

    @Test
    void doesNotVerifyWithKeysThatNeverSufficed() {
        TestCertificate tiny = TestCertificate.provider()
                .keys(TestCertificate.rsa("tiny", 512))
                .issuedBy(ROOT);

        assertThat(check(ROOT, TestSignature.by(tiny).algorithm("SHA1withRSA")).verdict())
                .isEqualTo(Verdict.INVALID);
    }

    @Test
    void asksTheRevocationCheckOnceAndObeysIt() {
        AtomicInteger questions = new AtomicInteger();
        RevocationCheck check = (chain, time) -> {
            questions.incrementAndGet();
            assertThat(chain).containsExactly(PROVIDER.certificate(), ROOT.certificate());
            assertThat(time).isEqualTo(TestSignature.TIME);
            return Optional.of("the provider's certificate was revoked");
        };
        ProviderTrust trust = ProviderTrust.builder()
                .anchor(ROOT.certificate())
                .revocationCheck(check)
                .build();

        assertUntrusted(
                trust.verifier().verify(TestSignature.by(PROVIDER).mail()), "the provider's certificate was revoked");
        assertThat(questions).hasValue(1);
    }

    @Test
    void asksNoRevocationCheckAboutStrangers() {
        ProviderTrust trust = ProviderTrust.builder()
                .anchor(ROOT.certificate())
                .revocationCheck((chain, time) -> {
                    throw new AssertionError("asked");
                })
                .build();
        TestCertificate stranger = TestCertificate.provider().selfSigned();

        assertThat(trust.verifier().verify(TestSignature.by(stranger).mail()).verdict())
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void doesNotTrustWhenTheRevocationCheckFails() {
        ProviderTrust trust = ProviderTrust.builder()
                .anchor(ROOT.certificate())
                .revocationCheck((chain, time) -> {
                    throw new IllegalStateException("unreachable");
                })
                .build();

        assertUntrusted(trust.verifier().verify(TestSignature.by(PROVIDER).mail()), "the check for revocation failed");
    }

    @Test
    void trustsAllowedDomainsOnly() {
        ProviderTrust.Builder builder = ProviderTrust.builder().anchor(ROOT.certificate());

        assertTrusted(builder.allowedDomains(Set.of("PEC.Example.it"))
                .build()
                .verifier()
                .verify(TestSignature.by(PROVIDER).mail()));
        assertUntrusted(
                ProviderTrust.builder()
                        .anchor(ROOT.certificate())
                        .allowedDomains(Set.of("pec.other.it"))
                        .build()
                        .verifier()
                        .verify(TestSignature.by(PROVIDER).mail()),
                "the provider's domain pec.example.it is not among those allowed");
    }

    @ParameterizedTest
    @CsvSource({
        // type, what the authority permits, what the certificate carries, allowed
        "1, pec.example.it, posta-certificata@pec.example.it, true",
        "1, PEC.EXAMPLE.IT, posta-certificata@pec.example.it, true",
        "1, example.it, posta-certificata@pec.example.it, false",
        "1, .example.it, posta-certificata@pec.example.it, true",
        "1, .pec.example.it, posta-certificata@pec.example.it, false",
        "1, posta-certificata@pec.example.it, posta-certificata@pec.example.it, true",
        "1, other@pec.example.it, posta-certificata@pec.example.it, false",
        "2, example.it, mail.example.it, true",
        "2, example.it, mail.badexample.it, false",
        "2, example.it, example.it, true",
        "4, 'C=IT, ST=Roma, L=Roma, O=Example S.p.A.', '', true",
        "4, 'C=IT, ST=Roma, L=Roma, O=EXAMPLE  S.p.A.', '', true",
        "4, 'C=IT, ST=Roma, L=Roma, O=Other S.p.A.', '', false",
        "4, 'ST=Roma, L=Roma, O=Example S.p.A.', '', false",
        "4, 'C=IT, ST=Roma, L=Roma, O=Example S.p.A., CN=Posta Certificata, OU=More', '', false",
        "6, example.it, http://example.it/x, true",
        "6, .example.it, http://a.example.it/x, true",
        "6, example.it, http://a.example.it/x, false",
        "6, example.it, urn:example.it, false",
        "7, 10.0.0.0/8, 10.1.2.3, true",
        "7, 10.0.0.0/8, 11.1.2.3, false",
        "7, 10.0.0.0/8, ::1, false",
        "8, 1.2.3, 1.2.3, false"
    })
    void obeysPermittedNames(int type, String permitted, String name, boolean allowed) {
        TestCertificate authority = TestCertificate.authority("Permitting")
                .permitted(new GeneralName(type, permitted))
                .selfSigned();
        TestCertificate.Plan plan = TestCertificate.provider();
        TestCertificate provider = (name.isEmpty() || name.equals(TestCertificate.MAILBOX)
                        ? plan
                        : plan.name(type, name))
                .issuedBy(authority);

        SignatureCheck check = check(authority, TestSignature.by(provider, authority));

        if (allowed) {
            assertTrusted(check);
        } else {
            assertUntrusted(check, "the signer's names are outside those its authority may vouch for");
        }
    }

    @Test
    void obeysExcludedNames() {
        TestCertificate authority = TestCertificate.authority("Excluding")
                .excluded(
                        new GeneralName(GeneralName.rfc822Name, "pec.other.it"),
                        new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[8])),
                        new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[32])))
                .selfSigned();

        assertTrusted(
                check(authority, TestSignature.by(TestCertificate.provider().issuedBy(authority))));
        for (TestCertificate.Plan plan : List.of(
                TestCertificate.provider().mailbox("x@pec.other.it"),
                TestCertificate.provider().name(GeneralName.iPAddress, "10.0.0.1"),
                TestCertificate.provider().name(GeneralName.iPAddress, "2001:db8::1"),
                TestCertificate.provider().mailbox("malformed"),
                TestCertificate.provider().subject("C=IT, CN=Posta Certificata, E=x@pec.other.it"))) {
            assertUntrusted(
                    check(authority, TestSignature.by(plan.issuedBy(authority))),
                    "the signer's names are outside those its authority may vouch for");
        }
    }

    @Test
    void obeysTheNamesOfIntermediateAuthorities() {
        TestCertificate middle = TestCertificate.authority("Narrow")
                .permitted(new GeneralName(GeneralName.rfc822Name, "pec.other.it"))
                .issuedBy(ROOT);
        TestCertificate provider = TestCertificate.provider().issuedBy(middle);

        assertUntrusted(
                check(ROOT, TestSignature.by(provider, middle)),
                "the signer's names are outside those its authority may vouch for");
    }

    @Test
    void obeysTheAnchorsNamesForIntermediateAuthorities() {
        TestCertificate authority = TestCertificate.authority("Only Rome")
                .permitted(new GeneralName(GeneralName.directoryName, "C=IT, ST=Roma"))
                .selfSigned();
        TestCertificate middle = TestCertificate.authority("Outside").issuedBy(authority);
        TestCertificate provider = TestCertificate.provider().issuedBy(middle);

        assertTrusted(
                check(authority, TestSignature.by(TestCertificate.provider().issuedBy(authority))));
        assertUntrusted(
                check(authority, TestSignature.by(provider, middle)),
                "the signer's names are outside those its authority may vouch for");
    }

    @Test
    void doesNotLetAMailWidenWhatAConfiguredAuthorityMayVouchFor() {
        TestCertificate configured = TestCertificate.authority("Widened")
                .permitted(new GeneralName(GeneralName.rfc822Name, "pec.other.it"))
                .selfSigned();
        // Same name, same key, no restrictions: genuine or made up, the mail must not get away with it.
        TestCertificate wide = TestCertificate.authority("Widened")
                .forgedWith(TestCertificate.rsa("forger"))
                .selfSigned();
        TestCertificate provider = TestCertificate.provider().issuedBy(wide);
        TestCertificate genuine = TestCertificate.provider().issuedBy(configured);

        for (TestCertificate leaf : List.of(provider, genuine)) {
            for (TestCertificate[] carried :
                    new TestCertificate[][] {{}, {wide}, {configured}, {wide, configured}, {configured, wide}}) {
                assertThat(check(configured, TestSignature.by(leaf, carried)).verdict())
                        .isEqualTo(Verdict.UNTRUSTED);
            }
        }
    }

    @Test
    void takesTheMailsCertificateAtItsWordWhenOnlyTheKeyIsPinned() {
        TestCertificate narrow = TestCertificate.authority("Pinned")
                .permitted(new GeneralName(GeneralName.rfc822Name, "pec.other.it"))
                .selfSigned();
        TestCertificate open = TestCertificate.authority("Pinned").selfSigned();
        TestCertificate provider = TestCertificate.provider().issuedBy(open);
        ProviderTrust trust =
                ProviderTrust.builder().anchorKey(open.keyFingerprint()).build();

        assertTrusted(trust.verifier().verify(TestSignature.by(provider, open).mail()));
        assertUntrusted(
                trust.verifier().verify(TestSignature.by(provider, narrow).mail()),
                "the signer's names are outside those its authority may vouch for");
        assertThat(trust.verifier().verify(TestSignature.by(provider).mail()).verdict())
                .as("nothing in the mail holds the key")
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void trustsEachOfSeveralAnchors() {
        TestCertificate other = TestCertificate.authority("Second Root").selfSigned();
        ProviderTrust trust = ProviderTrust.builder()
                .defaultAnchors()
                .anchor(ROOT.certificate())
                .anchor(other.certificate())
                .build();

        assertTrusted(trust.verifier().verify(TestSignature.by(PROVIDER).mail()));
        assertTrusted(trust.verifier()
                .verify(TestSignature.by(TestCertificate.provider().issuedBy(other))
                        .mail()));
    }

    @Test
    void doesNotTrustOthersByDefault() {
        assertThat(ProviderTrust.defaults()
                        .verifier()
                        .verify(TestSignature.by(PROVIDER, ROOT).mail())
                        .verdict())
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void namesTheSignerEvenWhenItIsNotTrusted() {
        TestCertificate stranger = TestCertificate.provider().selfSigned();

        assertThat(check(ROOT, TestSignature.by(stranger)).signer()).contains(stranger.certificate());
    }

    private static ProviderTrust trust(TestCertificate anchor) {
        X509Certificate certificate = anchor.certificate();
        return ProviderTrust.builder().anchor(certificate).build();
    }

    private static SignatureCheck check(TestCertificate anchor, TestSignature signature) {
        return trust(anchor).verifier().verify(signature.mail());
    }

    private static void assertTrusted(SignatureCheck check) {
        assertThat(check.reason()).isEmpty();
        assertThat(check.verdict()).isEqualTo(Verdict.TRUSTED);
    }

    private static void assertUntrusted(SignatureCheck check, String reason) {
        assertThat(check.reason()).contains(reason);
        assertThat(check.verdict()).isEqualTo(Verdict.UNTRUSTED);
        assertThat(check.chain()).isNotEmpty();
    }
}
