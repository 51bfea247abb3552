package io.github.pecmailproxy.pec.trust;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSAttributeTableGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** A CMS signature made for a test. */
final class TestSignature {
    static final byte[] CONTENT =
            "Content-Type: text/plain\r\n\r\nRicevuta di accettazione\r\n".getBytes(StandardCharsets.US_ASCII);
    static final Instant TIME = Instant.parse("2024-06-01T10:00:00Z");

    private final TestCertificate signer;
    private final List<X509CertificateHolder> certificates = new ArrayList<>();
    private final List<TestSignature> others = new ArrayList<>();
    private String algorithm = "SHA256withRSA";
    private Instant time = TIME;
    private boolean withAttributes = true;
    private boolean bySubjectKeyIdentifier;
    private boolean opaque;
    private byte[] content = CONTENT;
    private ASN1ObjectIdentifier type = CMSObjectIdentifiers.data;
    private String encoding = ASN1Encoding.DER;
    private UnaryOperator<ASN1EncodableVector> attributes = UnaryOperator.identity();

    private TestSignature(TestCertificate signer) {
        this.signer = signer;
    }

    /** Starts a signature by a certificate, which goes into the structure with the others. */
    static TestSignature by(TestCertificate signer, TestCertificate... chain) {
        TestSignature signature = new TestSignature(signer);
        signature.certificates.add(signer.holder());
        for (TestCertificate certificate : chain) {
            signature.certificates.add(certificate.holder());
        }
        return signature;
    }

    TestSignature algorithm(String name) {
        algorithm = name;
        return this;
    }

    TestSignature at(String instant) {
        time = Instant.parse(instant);
        return this;
    }

    TestSignature withoutTime() {
        time = null;
        return this;
    }

    TestSignature withoutAttributes() {
        withAttributes = false;
        return this;
    }

    TestSignature withoutCertificates() {
        certificates.clear();
        return this;
    }

    TestSignature bySubjectKeyIdentifier() {
        bySubjectKeyIdentifier = true;
        return this;
    }

    TestSignature opaque() {
        opaque = true;
        return this;
    }

    TestSignature content(byte[] bytes) {
        content = bytes;
        return this;
    }

    TestSignature type(String identifier) {
        type = new ASN1ObjectIdentifier(identifier);
        return this;
    }

    TestSignature ber() {
        encoding = ASN1Encoding.BER;
        return this;
    }

    TestSignature attributes(UnaryOperator<ASN1EncodableVector> change) {
        attributes = change;
        return this;
    }

    TestSignature and(TestSignature other) {
        others.add(other);
        return this;
    }

    /** Returns the structure. */
    byte[] cms() {
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            addTo(generator);
            for (TestSignature other : others) {
                other.addTo(generator);
            }
            return generator
                    .generate(new CMSProcessableByteArray(type, content), opaque)
                    .toASN1Structure()
                    .getEncoded(encoding);
        } catch (CMSException | OperatorCreationException impossible) {
            throw new IllegalStateException(impossible);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Returns a mail from the test provider's mailbox with this signature. */
    SignedMail mail() {
        return opaque
                ? SignedMail.opaque(cms(), TestCertificate.MAILBOX)
                : SignedMail.detached(cms(), content, TestCertificate.MAILBOX);
    }

    private void addTo(CMSSignedDataGenerator generator) throws OperatorCreationException, CMSException {
        ContentSigner contentSigner = new JcaContentSignerBuilder(algorithm)
                .setProvider(TestCertificate.PROVIDER)
                .build(signer.keys().getPrivate());
        SignerInfoGeneratorBuilder builder = new SignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder()
                        .setProvider(TestCertificate.PROVIDER)
                        .build())
                .setDirectSignature(!withAttributes);
        if (withAttributes) {
            builder.setSignedAttributeGenerator(this::table);
        }
        generator.addSignerInfoGenerator(
                bySubjectKeyIdentifier
                        ? builder.build(
                                contentSigner,
                                SubjectKeyIdentifier.fromExtensions(
                                                signer.holder().getExtensions())
                                        .getKeyIdentifier())
                        : builder.build(contentSigner, signer.holder()));
        for (X509CertificateHolder certificate : certificates) {
            generator.addCertificate(certificate);
        }
    }

    @SuppressWarnings("rawtypes") // As Bouncy Castle declares it.
    private AttributeTable table(Map parameters) {
        ASN1EncodableVector vector = new ASN1EncodableVector();
        vector.add(new Attribute(CMSAttributes.contentType, new DERSet(type)));
        if (time != null) {
            vector.add(new Attribute(CMSAttributes.signingTime, new DERSet(new Time(Date.from(time)))));
        }
        byte[] digest = (byte[]) parameters.get(CMSAttributeTableGenerator.DIGEST);
        vector.add(new Attribute(CMSAttributes.messageDigest, new DERSet(new DEROctetString(digest))));
        return new AttributeTable(attributes.apply(vector));
    }
}
