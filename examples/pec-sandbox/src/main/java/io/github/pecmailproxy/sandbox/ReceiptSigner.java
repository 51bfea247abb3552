package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** Makes detached CMS signatures in one provider's name, with the whole chain inside as on the wire. Thread-safe. */
final class ReceiptSigner {
    private final CertificateWorkshop.Identity identity;

    ReceiptSigner(CertificateWorkshop.Identity identity) {
        this.identity = identity;
    }

    /**
     * Signs.
     *
     * @param content the exact bytes, with CRLF line ends
     * @return the CMS structure in DER
     */
    byte[] sign(byte[] content, SignatureDigest digest, Instant time) {
        try {
            // the attribute table's API asks for the old collection type
            @SuppressWarnings("JdkObsolete")
            Hashtable<ASN1ObjectIdentifier, Attribute> attributes = new Hashtable<>();
            attributes.put(
                    CMSAttributes.signingTime,
                    new Attribute(CMSAttributes.signingTime, new DERSet(new Time(Date.from(time)))));
            List<X509Certificate> chain = new ArrayList<>();
            chain.add(identity.certificate());
            chain.addAll(identity.issuers());
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(
                    new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                            .setSignedAttributeGenerator(
                                    new DefaultSignedAttributeTableGenerator(new AttributeTable(attributes)))
                            .build(
                                    new JcaContentSignerBuilder(digest.signatureAlgorithm()).build(identity.key()),
                                    identity.certificate()));
            generator.addCertificates(new JcaCertStore(chain));
            return generator
                    .generate(new CMSProcessableByteArray(content), false)
                    .getEncoded("DER");
        } catch (CMSException | OperatorCreationException | CertificateEncodingException | IOException e) {
            throw new IllegalStateException("cannot sign a receipt", e);
        }
    }
}
