package io.github.pecmailproxy.pec.trust;

import java.io.IOException;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;

/** How a SignerInfo names its certificate (RFC 5652 section 5.3). */
sealed interface SignerIdentifier {
    /** Tells whether a certificate is the one meant. */
    boolean matches(ParsedCertificate certificate);

    /** Returns what distinguishes it from every other. */
    byte[] encoded() throws IOException;

    /** By issuer and serial number. */
    record IssuerAndSerialNumber(ASN1Object element, X500Name issuer, BigInteger serialNumber)
            implements SignerIdentifier {
        @Override
        public boolean matches(ParsedCertificate certificate) {
            return certificate.serialNumber().equals(serialNumber)
                    && certificate.issuer().equals(issuer);
        }

        @Override
        public byte[] encoded() throws IOException {
            return element.getEncoded(ASN1Encoding.DL);
        }
    }

    /** By subject key identifier. */
    record SubjectKeyIdentifier(ASN1OctetString keyIdentifier) implements SignerIdentifier {
        @Override
        public boolean matches(ParsedCertificate certificate) {
            return certificate.hasSubjectKeyIdentifier(keyIdentifier.getOctets());
        }

        @Override
        public byte[] encoded() throws IOException {
            return keyIdentifier.getEncoded(ASN1Encoding.DL);
        }
    }
}
