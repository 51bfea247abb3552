package io.github.pecmailproxy.pec.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.SignedEntity;
import io.github.pecmailproxy.pec.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms a signature may take, and what makes one invalid. */
class SignatureFormTest {
    private static final TestCertificate AUTHORITY =
            TestCertificate.authority("Signature Form CA").selfSigned();
    private static final TestCertificate PROVIDER = TestCertificate.provider().issuedBy(AUTHORITY);
    private static final SignatureVerifier VERIFIER =
            ProviderTrust.builder().anchor(AUTHORITY.certificate()).build().verifier();

    @ParameterizedTest
    @CsvSource({
        "SHA1withRSA, SHA-1, true",
        "SHA224withRSA, SHA-224, false",
        "SHA256withRSA, SHA-256, false",
        "SHA384withRSA, SHA-384, false",
        "SHA512withRSA, SHA-512, false",
        "SHA1withRSAandMGF1, SHA-1, true",
        "SHA256withRSAandMGF1, SHA-256, false",
        "SHA512withRSAandMGF1, SHA-512, false"
    })
    void trustsRsa(String algorithm, String digest, boolean weak) {
        SignatureCheck check = VERIFIER.verify(signed().algorithm(algorithm).mail());

        assertThat(check.reason()).isEmpty();
        assertThat(check.verdict()).isEqualTo(Verdict.TRUSTED);
        assertThat(check.digestAlgorithm()).contains(digest);
        assertThat(check.weakDigest()).isEqualTo(weak);
        assertThat(check.signingTime()).contains(TestSignature.TIME);
        assertThat(check.chain()).containsExactly(PROVIDER.certificate(), AUTHORITY.certificate());
    }

    @ParameterizedTest
    @CsvSource({
        "secp256r1, SHA1withECDSA",
        "secp256r1, SHA256withECDSA",
        "secp384r1, SHA384withECDSA",
        "secp521r1, SHA512withECDSA"
    })
    void trustsEcdsa(String curve, String algorithm) {
        KeyPair keys = TestCertificate.ec(curve);
        TestCertificate provider = TestCertificate.provider().keys(keys).issuedBy(AUTHORITY);

        SignatureCheck check =
                VERIFIER.verify(TestSignature.by(provider).algorithm(algorithm).mail());

        assertThat(check.reason()).isEmpty();
        assertThat(check.verdict()).isEqualTo(Verdict.TRUSTED);
    }

    @Test
    void refusesACurveThatIsNotInGeneralUse() {
        TestCertificate provider =
                TestCertificate.provider().keys(bouncyKeys("secp256k1")).issuedBy(AUTHORITY);

        SignatureCheck check = VERIFIER.verify(
                TestSignature.by(provider).algorithm("SHA256withECDSA").mail());

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void refusesMd5() {
        SignatureCheck check = VERIFIER.verify(signed().algorithm("MD5withRSA").mail());

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check.reason()).contains("the signature's digest is unknown or too weak");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA256withRSA", "SHA256withRSAandMGF1"})
    void trustsASignatureOverTheContentItself(String algorithm) {
        SignedMail mail =
                signed().algorithm(algorithm).withoutAttributes().mail().certifiedAt(TestSignature.TIME);

        assertThat(VERIFIER.verify(mail).reason()).isEmpty();
        assertThat(VERIFIER.verify(mail).signingTime()).contains(TestSignature.TIME);
        assertThat(VERIFIER.verify(mail.content(oneByteChanged(mail.content()))).verdict())
                .isEqualTo(Verdict.INVALID);
    }

    @Test
    void trustsASignerNamedByItsKey() {
        assertThat(VERIFIER.verify(signed().bySubjectKeyIdentifier().mail()).reason())
                .isEmpty();
    }

    @Test
    void trustsIndefiniteLengths() {
        assertThat(VERIFIER.verify(signed().ber().mail()).reason()).isEmpty();
        assertThat(VERIFIER.verify(signed().ber().opaque().mail()).reason()).isEmpty();
    }

    @Test
    void trustsContentInsideTheSignature() {
        assertThat(VERIFIER.verify(signed().opaque().mail()).reason()).isEmpty();
    }

    @Test
    void handsOutTheContentInsideTheSignature() {
        ProviderTrust trust =
                ProviderTrust.builder().anchor(AUTHORITY.certificate()).build();

        assertThat(trust.opaqueContent().unwrap(signed().opaque().cms())).hasValue(TestSignature.CONTENT);
        assertThat(trust.opaqueContent().unwrap(signed().ber().opaque().cms())).hasValue(TestSignature.CONTENT);
        assertThat(trust.opaqueContent().unwrap(signed().cms())).isEmpty();
        assertThat(trust.opaqueContent().unwrap(new byte[] {1, 2, 3})).isEmpty();
    }

    @Test
    void refusesChangedContentInsideTheSignature() {
        byte[] cms = signed().opaque().cms();
        int at = new String(cms, StandardCharsets.ISO_8859_1).indexOf("accettazione");
        cms[at] ^= 1;

        assertThat(VERIFIER.verify(SignedMail.opaque(cms, TestCertificate.MAILBOX))
                        .verdict())
                .isEqualTo(Verdict.INVALID);
    }

    @Test
    void refusesAnOpaqueSignatureBesideAContent() {
        byte[] cms = signed().opaque().cms();

        SignatureCheck check =
                VERIFIER.verify(SignedMail.detached(cms, TestSignature.CONTENT, TestCertificate.MAILBOX));

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check.reason()).contains("the detached signature carries content of its own");
    }

    @Test
    void refusesADetachedSignatureInPlaceOfAnOpaqueOne() {
        SignatureCheck check = VERIFIER.verify(SignedMail.opaque(signed().cms(), TestCertificate.MAILBOX));

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check.reason()).contains("the opaque signature carries no content");
    }

    @Test
    void refusesOneByteChanged() {
        SignedMail mail = signed().mail();

        SignatureCheck check = VERIFIER.verify(mail.content(oneByteChanged(mail.content())));

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check.reason()).contains("the signed bytes were changed after signing");
    }

    @Test
    void refusesReserialisedContent() {
        String reserialised = new String(TestSignature.CONTENT, StandardCharsets.US_ASCII)
                .replace("Content-Type: text/plain", "Content-Type: text/plain; charset=us-ascii");

        assertThat(VERIFIER.verify(signed().mail().content(reserialised.getBytes(StandardCharsets.US_ASCII)))
                        .verdict())
                .isEqualTo(Verdict.INVALID);
    }

    @Test
    void acceptsContentWhoseLineEndsLostTheirReturn() {
        String bare = new String(TestSignature.CONTENT, StandardCharsets.US_ASCII).replace("\r\n", "\n");

        assertThat(VERIFIER.verify(signed().mail().content(bare.getBytes(StandardCharsets.US_ASCII)))
                        .verdict())
                .isEqualTo(Verdict.TRUSTED);
    }

    @Test
    void refusesAnotherKeysSignature() {
        TestCertificate impostor =
                TestCertificate.provider().keys(TestCertificate.rsa("impostor")).issuedBy(AUTHORITY);
        byte[] cms = TestSignature.by(impostor).withoutCertificates().cms();

        assertThat(VERIFIER.verify(SignedMail.detached(cms, TestSignature.CONTENT, TestCertificate.MAILBOX))
                        .reason())
                .contains("the signer's certificate is missing or cannot be read");
        assertThat(VERIFIER.verify(signed().mail().cms(withLastByteChanged(signed().cms())))
                        .reason())
                .contains("the signature does not match the signer's key");
    }

    @Test
    void findsTheSignerAmongTheAnchorsWhenTheMailDoesNotCarryIt() {
        SignatureVerifier verifier =
                ProviderTrust.builder().anchor(PROVIDER.certificate()).build().verifier();

        SignatureCheck check = verifier.verify(signed().withoutCertificates().mail());

        assertThat(check.reason()).isEmpty();
        assertThat(check.chain()).containsExactly(PROVIDER.certificate());
    }

    @Test
    void refusesASignatureOverSomethingOtherThanMimeContent() {
        SignatureCheck check =
                VERIFIER.verify(signed().type("1.2.840.113549.1.9.16.1.4").mail());

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check.reason()).contains("the signature is not over MIME content");
    }

    @Test
    void refusesAContentTypeThatContradictsTheSignedOne() {
        SignatureCheck check = VERIFIER.verify(signed().attributes(attributes -> replace(
                        attributes, CMSAttributes.contentType.getId(), new DERSet(CMSObjectIdentifiers.signedData)))
                .mail());

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void refusesRepeatedDigests() {
        SignatureCheck check = VERIFIER.verify(signed().attributes(attributes -> {
                    attributes.add(
                            new Attribute(CMSAttributes.messageDigest, new DERSet(new DEROctetString(new byte[32]))));
                    return attributes;
                })
                .mail());

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check.reason()).contains("a signed attribute that must be single has several values");
    }

    @Test
    void refusesSignedAttributesWithoutADigest() {
        SignatureCheck check = VERIFIER.verify(
                signed().attributes(attributes -> replace(attributes, CMSAttributes.messageDigest.getId(), null))
                        .mail());

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check.reason()).contains("the signed attributes lack the digest of the content");
    }

    @Test
    void refusesADigestThatTheMailCannotProvide() {
        SignedMail mail = signed().algorithm("SHA384withRSA").mail();

        SignatureCheck check = VERIFIER.verify(new SignedEntity() {
            @Override
            public byte[] cms() {
                return mail.cms();
            }

            @Override
            public boolean detached() {
                return true;
            }

            @Override
            public byte[] digest(String algorithm) throws NoSuchAlgorithmException {
                throw new NoSuchAlgorithmException(algorithm);
            }

            @Override
            public Optional<String> from() {
                return mail.from();
            }

            @Override
            public Optional<Instant> certifiedTime() {
                return mail.certifiedTime();
            }
        });

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check.digestAlgorithm()).contains("SHA-384");
    }

    @Test
    void trustsAProviderBesideAStranger() {
        TestCertificate stranger = TestCertificate.provider()
                .keys(TestCertificate.rsa("stranger"))
                .issuedBy(TestCertificate.authority("Stranger CA").selfSigned());

        assertThat(VERIFIER.verify(TestSignature.by(stranger).and(signed()).mail())
                        .verdict())
                .isEqualTo(Verdict.TRUSTED);
        assertThat(VERIFIER.verify(signed().and(TestSignature.by(stranger)).mail())
                        .verdict())
                .isEqualTo(Verdict.TRUSTED);
        assertThat(VERIFIER.verify(TestSignature.by(stranger)
                                .and(TestSignature.by(stranger))
                                .mail())
                        .verdict())
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void refusesAProviderBesideASignatureThatDoesNotHold() {
        TestSignature broken = signed().attributes(attributes ->
                replace(attributes, CMSAttributes.messageDigest.getId(), new DERSet(new DEROctetString(new byte[32]))));

        assertThat(VERIFIER.verify(signed().and(broken).mail()).verdict()).isEqualTo(Verdict.INVALID);
        assertThat(VERIFIER.verify(broken.and(signed()).mail()).verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void isNotMisledByADecoyWithTheSignersNameAndNumber() {
        TestCertificate decoy = TestCertificate.provider()
                .serialOf(PROVIDER)
                .keys(TestCertificate.rsa("decoy"))
                .forgedWith(TestCertificate.rsa("decoy"))
                .issuedBy(AUTHORITY);
        TestCertificate expired = TestCertificate.provider()
                .serialOf(PROVIDER)
                .valid("2010-01-01T00:00:00Z", "2013-01-01T00:00:00Z")
                .issuedBy(AUTHORITY);

        // Sets are ordered by their encoding, so one of each is found before the genuine certificate in some order.
        assertThat(VERIFIER.verify(TestSignature.by(PROVIDER, decoy).mail()).reason())
                .isEmpty();
        assertThat(VERIFIER.verify(TestSignature.by(PROVIDER, expired).mail()).reason())
                .isEmpty();
        assertThat(VERIFIER.verify(TestSignature.by(decoy, PROVIDER).mail()).verdict())
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void isNotMisledByADecoyWithTheSignersKeyIdentifier() {
        TestCertificate decoy = TestCertificate.provider()
                .keyIdentifierOf(PROVIDER)
                .keys(TestCertificate.rsa("decoy"))
                .forgedWith(TestCertificate.rsa("decoy"))
                .issuedBy(AUTHORITY);

        assertThat(VERIFIER.verify(TestSignature.by(PROVIDER, decoy)
                                .bySubjectKeyIdentifier()
                                .mail())
                        .reason())
                .isEmpty();
        assertThat(VERIFIER.verify(TestSignature.by(decoy, PROVIDER)
                                .bySubjectKeyIdentifier()
                                .mail())
                        .verdict())
                .isEqualTo(Verdict.UNTRUSTED);
        assertThat(VERIFIER.verify(
                                TestSignature.by(decoy).bySubjectKeyIdentifier().mail())
                        .verdict())
                .isEqualTo(Verdict.UNTRUSTED);
    }

    @Test
    void answersTheSameFromItsMemory() {
        SignatureVerifier verifier =
                ProviderTrust.builder().anchor(AUTHORITY.certificate()).build().verifier();
        SignedMail mail = signed().mail();

        SignatureCheck first = verifier.verify(mail);

        assertThat(verifier.verify(mail)).isEqualTo(first);
        assertThat(verifier.verify(mail.content(oneByteChanged(mail.content()))).verdict())
                .isEqualTo(Verdict.INVALID);
        assertThat(verifier.verify(mail.from("other@pec.example.it")).verdict()).isEqualTo(Verdict.UNTRUSTED);
        assertThat(verifier.verify(signed().at("2030-01-01T00:00:00Z").mail()).verdict())
                .isEqualTo(Verdict.UNTRUSTED);
        assertThat(verifier.verify(mail)).isEqualTo(first);
    }

    private static TestSignature signed() {
        return TestSignature.by(PROVIDER, AUTHORITY);
    }

    private static byte[] oneByteChanged(byte[] bytes) {
        byte[] changed = bytes.clone();
        changed[changed.length / 2] ^= 1;
        return changed;
    }

    /** The last bytes of a structure without unsigned attributes are the signature's. */
    private static byte[] withLastByteChanged(byte[] cms) {
        byte[] changed = cms.clone();
        changed[changed.length - 1] ^= 1;
        return changed;
    }

    private static ASN1EncodableVector replace(ASN1EncodableVector attributes, String type, DERSet values) {
        ASN1EncodableVector replaced = new ASN1EncodableVector();
        for (int i = 0; i < attributes.size(); i++) {
            Attribute attribute = (Attribute) attributes.get(i);
            if (!attribute.getAttrType().getId().equals(type)) {
                replaced.add(attribute);
            } else if (values != null) {
                replaced.add(new Attribute(attribute.getAttrType(), values));
            }
        }
        return replaced;
    }

    private static KeyPair bouncyKeys(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", TestCertificate.PROVIDER);
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
