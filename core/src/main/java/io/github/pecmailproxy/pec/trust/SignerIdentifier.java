package io.github.pecmailproxy.pec.trust;

import java.math.BigInteger;
import org.bouncycastle.asn1.x500.X500Name;

/** How a SignerInfo names its certificate (RFC 5652 section 5.3). */
sealed interface SignerIdentifier {
    /** Returns the encoding, which distinguishes it from every other. */
    byte[] encoding();

    /** Tells whether a certificate is the one meant. */
    boolean matches(ParsedCertificate certificate);

    /** By issuer and serial number. */
    record IssuerAndSerialNumber(byte[] encoding, X500Name issuer, BigInteger serialNumber) implements SignerIdentifier {
        @Override
        public boolean matches(ParsedCertificate certificate) {
            return certificate.serialNumber().equals(serialNumber)
                    && certificate.issuer().equals(issuer);
        }
    }

    /** By subject key identifier. */
    record SubjectKeyIdentifier(byte[] encoding, byte[] keyIdentifier) implements SignerIdentifier {
        @Override
        public boolean matches(ParsedCertificate certificate) {
            return certificate.hasSubjectKeyIdentifier(keyIdentifier);
        }
    }
}
