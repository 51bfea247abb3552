package io.github.pecmailproxy.sandbox;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/** Writes certificates as PEM (RFC 7468 section 5). */
final class Pem {
    private Pem() {}

    static String of(X509Certificate certificate) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + TransferEncodings.base64(certificate.getEncoded(), 64).replace("\r\n", "\n")
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was just made cannot be encoded", e);
        }
    }
}
