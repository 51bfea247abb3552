package io.github.pecmailproxy.pec.trust;

import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;

/** How a SignerInfo names its certificate (RFC 5652 section 5.3). */
sealed interface SignerIdentifier {
    /** Returns the encoding, which distinguishes it from every other. */
    ASN1OctetString encoding();

    /**
     * Tells whether a certificate is the one meant.
     *
     * @throws RuntimeException if the issuer's name is malformed, which shows only now
     */
    boolean matches(ParsedCertificate certificate);

    /** By issuer and serial number. */
    record IssuerAndSerialNumber(ASN1OctetString encoding, X500Name issuer, BigInteger serialNumber)
            implements SignerIdentifier {
        @Override
        public boolean matches(ParsedCertificate certificate) {
            return certificate.serialNumber().equals(serialNumber)
                    && certificate.issuer().equals(issuer);
        }
    }

    /** By subject key identifier. */
    record SubjectKeyIdentifier(ASN1OctetString encoding, ASN1OctetString keyIdentifier) implements SignerIdentifier {
        @Override
        public boolean matches(ParsedCertificate certificate) {
            return certificate.hasSubjectKeyIdentifier(keyIdentifier.getOctets());
        }
    }
}
