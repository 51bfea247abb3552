package io.github.pecmailproxy.pec.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.pec.OpaqueContent;
import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a mail contains, a verdict comes back, and it is not trust. */
class HostileBytesTest {
    private static final TestCertificate AUTHORITY =
            TestCertificate.authority("Hostile Bytes CA").selfSigned();
    private static final TestCertificate PROVIDER = TestCertificate.provider().issuedBy(AUTHORITY);
    private static final ProviderTrust TRUST = ProviderTrust.builder()
            .anchor(AUTHORITY.certificate())
            .maximumOpaqueBytes(1 << 20)
            .build();
    private static final SignatureVerifier VERIFIER = TRUST.verifier();
    private static final Set<Verdict> VERDICTS = EnumSet.of(Verdict.TRUSTED, Verdict.UNTRUSTED, Verdict.INVALID);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusesEveryTruncation(boolean opaque) {
        byte[] cms = signed(opaque).cms();
        for (int length = 0; length < cms.length; length++) {
            assertThat(verify(Arrays.copyOf(cms, length), opaque).verdict())
                    .as("first %d bytes", length)
                    .isEqualTo(Verdict.INVALID);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void survivesEveryChangedByte(boolean opaque) {
        byte[] cms = signed(opaque).cms();
        for (int i = 0; i < cms.length; i++) {
            for (int change : new int[] {0x01, 0x80, 0xff}) {
                byte[] changed = cms.clone();
                changed[i] ^= (byte) change;

                assertThat(verify(changed, opaque).verdict()).isIn(VERDICTS);
            }
        }
    }

    @Test
    void neverTrustsAChangedSignerOrSignature() {
        byte[] cms = TestSignature.by(PROVIDER).cms();
        // Without unsigned attributes the structure ends with the signature; before it lie the signed attributes.
        for (int i = cms.length - 256; i < cms.length; i++) {
            byte[] changed = cms.clone();
            changed[i] ^= 0x10;

            assertThat(verify(changed, false).verdict()).isEqualTo(Verdict.INVALID);
        }
    }

    @Test
    void survivesRandomChanges() {
        Random random = new Random(20241123);
        byte[] detached = signed(false).cms();
        byte[] opaque = signed(true).ber().cms();
        for (int run = 0; run < 4_000; run++) {
            boolean inside = random.nextBoolean();
            byte[] changed = (inside ? opaque : detached).clone();
            int changes = 1 + random.nextInt(8);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(changed.length);
                if (random.nextBoolean()) {
                    changed[at] = (byte) random.nextInt(256);
                } else {
                    int length = Math.min(random.nextInt(64), changed.length - at);
                    System.arraycopy(changed, random.nextInt(changed.length - length + 1), changed, at, length);
                }
            }

            assertThat(verify(changed, inside).verdict()).as("run %d", run).isIn(VERDICTS);
            assertThat(TRUST.opaqueContent().unwrap(changed)).isNotNull();
        }
    }

    @Test
    void refusesRandomStructures() throws IOException {
        Random random = new Random(42);
        for (int run = 0; run < 4_000; run++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            writeRandomValue(bytes, random, 0);

            assertThat(verify(bytes.toByteArray(), random.nextBoolean()).verdict())
                    .as("run %d", run)
                    .isEqualTo(Verdict.INVALID);
        }
    }

    @Test
    void refusesRandomBytes() {
        Random random = new Random(7);
        for (int run = 0; run < 2_000; run++) {
            byte[] bytes = new byte[random.nextInt(512)];
            random.nextBytes(bytes);

            assertThat(verify(bytes, random.nextBoolean()).verdict()).isEqualTo(Verdict.INVALID);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "30",
                "3080",
                "30800000",
                "3084ffffffff",
                "30847fffffff",
                "3089ffffffffffffffffff",
                "0500",
                "300b06092a864886f70d010702",
                "300f06092a864886f70d010702a0023000",
                "300d06092a864886f70d010702a000",
                "300d06092a864886f70d010701a000"
            })
    void refusesStumps(String hexadecimal) {
        assertThat(verify(HexFormat.of().parseHex(hexadecimal), true).verdict()).isEqualTo(Verdict.INVALID);
        assertThat(verify(HexFormat.of().parseHex(hexadecimal), false).verdict())
                .isEqualTo(Verdict.INVALID);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x30, 0x31, 0xa0, 0x24})
    void refusesDepth(int tag) {
        byte[] indefinite = new byte[200_000];
        for (int i = 0; i < indefinite.length; i += 2) {
            indefinite[i] = (byte) tag;
            indefinite[i + 1] = (byte) 0x80;
        }
        byte[] definite = new byte[] {5, 0};
        for (int level = 0; level < 2_000; level++) {
            ByteArrayOutputStream outer = new ByteArrayOutputStream();
            outer.write(tag);
            writeLength(outer, definite.length);
            outer.writeBytes(definite);
            definite = outer.toByteArray();
        }

        assertThat(verify(indefinite, true).verdict()).isEqualTo(Verdict.INVALID);
        assertThat(verify(definite, true).verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void refusesMoreBytesThanItsLimits() {
        assertThat(verify(new byte[600 * 1024], false).reason()).contains("the signature is larger than 524288 bytes");
        assertThat(verify(new byte[(1 << 20) + 1], true).reason())
                .contains("the signature is larger than 1048576 bytes");
        OpaqueContent content = TRUST.opaqueContent();
        assertThat(content.unwrap(signed(true).content(new byte[1 << 20]).cms()))
                .isEmpty();
    }

    @Test
    void refusesMoreCertificatesThanAnyChainNeeds() {
        TestCertificate[] many = new TestCertificate[17];
        for (int i = 0; i < many.length; i++) {
            many[i] = TestCertificate.provider().issuedBy(AUTHORITY);
        }

        assertThat(VERIFIER.verify(TestSignature.by(PROVIDER, many).mail()).reason())
                .contains("the signature carries more than 16 certificates");
    }

    @Test
    void refusesMoreSignersThanAnyReceiptHas() {
        TestSignature signature = TestSignature.by(PROVIDER);
        for (int i = 0; i < 4; i++) {
            signature.and(TestSignature.by(PROVIDER));
        }

        assertThat(VERIFIER.verify(signature.mail()).reason()).contains("the CMS structure has more than 4 signers");
    }

    @Test
    void refusesMoreSignedAttributesThanAnySignatureNeeds() {
        TestSignature signature = TestSignature.by(PROVIDER).attributes(attributes -> {
            for (int i = 0; i < 64; i++) {
                attributes.add(new Attribute(new ASN1ObjectIdentifier("1.2.3." + i), new DERSet(DERNull.INSTANCE)));
            }
            return attributes;
        });

        assertThat(VERIFIER.verify(signature.mail()).reason())
                .contains("the signature has more than 64 signed attributes");
    }

    @Test
    void refusesAStructureWithoutSigners() throws IOException {
        assertThat(verify(structure(new DERSet(), new DERSet()), false).reason())
                .contains("the CMS structure has no signer");
    }

    @Test
    void refusesOversizedKeysWithoutComputingWithThem() throws IOException {
        byte[] large = new byte[100_000];
        Arrays.fill(large, (byte) 0x5b);
        SubjectPublicKeyInfo huge = new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                new RSAPublicKey(new BigInteger(1, large), BigInteger.valueOf(65537)));
        SubjectPublicKeyInfo slow = new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                new RSAPublicKey(
                        new BigInteger(1, Arrays.copyOf(large, 256)), new BigInteger(1, Arrays.copyOf(large, 255))));

        assertThat(PublicKeyValue.of(huge).usable()).isEmpty();
        assertThat(PublicKeyValue.of(slow).usable()).isEmpty();
    }

    @Test
    void ignoresCertificatesItCannotRead() throws IOException {
        byte[] cms = structure(new DERSet(new DERSequence(new DEROctetString(new byte[10]))), new DERSet(signerInfo()));

        assertThat(verify(cms, false).verdict()).isEqualTo(Verdict.INVALID);
    }

    private static DERSequence signerInfo() {
        ASN1EncodableVector vector = new ASN1EncodableVector();
        vector.add(new ASN1Integer(1));
        vector.add(new DERTaggedObject(false, 0, new DEROctetString(new byte[20])));
        vector.add(new AlgorithmIdentifier(DigestAlgorithm.SHA_256.identifier()));
        vector.add(new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE));
        vector.add(new DEROctetString(new byte[256]));
        return new DERSequence(vector);
    }

    private static byte[] structure(DERSet certificates, DERSet signerInfos) throws IOException {
        ASN1EncodableVector signedData = new ASN1EncodableVector();
        signedData.add(new ASN1Integer(1));
        signedData.add(new DERSet());
        signedData.add(new DERSequence(PKCSObjectIdentifiers.data));
        signedData.add(new DERTaggedObject(false, 0, certificates));
        signedData.add(signerInfos);
        ASN1EncodableVector contentInfo = new ASN1EncodableVector();
        contentInfo.add(PKCSObjectIdentifiers.signedData);
        contentInfo.add(new DERTaggedObject(true, 0, new DERSequence(signedData)));
        return new DERSequence(contentInfo).getEncoded();
    }

    private static TestSignature signed(boolean opaque) {
        TestSignature signature = TestSignature.by(PROVIDER, AUTHORITY);
        return opaque ? signature.opaque() : signature;
    }

    private static SignatureCheck verify(byte[] cms, boolean opaque) {
        return VERIFIER.verify(
                opaque
                        ? SignedMail.opaque(cms, TestCertificate.MAILBOX)
                        : SignedMail.detached(cms, TestSignature.CONTENT, TestCertificate.MAILBOX));
    }

    /** Writes a well-formed value of random shape that often starts as signed data does. */
    private static void writeRandomValue(ByteArrayOutputStream out, Random random, int depth) throws IOException {
        if (depth == 0 && random.nextBoolean()) {
            ByteArrayOutputStream inner = new ByteArrayOutputStream();
            writeRandomValue(inner, random, 1);
            ASN1EncodableVector contentInfo = new ASN1EncodableVector();
            contentInfo.add(PKCSObjectIdentifiers.signedData);
            out.write(0x30);
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes(PKCSObjectIdentifiers.signedData.getEncoded());
            body.write(0xa0);
            writeLength(body, inner.size());
            body.writeBytes(inner.toByteArray());
            writeLength(out, body.size());
            out.writeBytes(body.toByteArray());
            return;
        }
        int[] constructed = {0x30, 0x31, 0xa0, 0xa1, 0x24};
        int[] primitive = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x13, 0x17, 0x18, 0x80};
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int tag;
        if (depth < 6 && random.nextInt(3) > 0) {
            tag = constructed[random.nextInt(constructed.length)];
            int children = random.nextInt(7);
            for (int i = 0; i < children; i++) {
                writeRandomValue(body, random, depth + 1);
            }
        } else {
            tag = primitive[random.nextInt(primitive.length)];
            byte[] content = new byte[random.nextInt(20)];
            random.nextBytes(content);
            body.writeBytes(content);
        }
        out.write(tag);
        writeLength(out, body.size());
        out.writeBytes(body.toByteArray());
    }

    private static void writeLength(ByteArrayOutputStream out, int length) {
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else if (length < 0x10000) {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        } else {
            out.write(0x83);
            out.write(length >> 16);
            out.write(length >> 8);
            out.write(length);
        }
    }
}
