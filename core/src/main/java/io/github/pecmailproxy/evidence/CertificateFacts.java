package io.github.pecmailproxy.evidence;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * One certificate of a bundle.
 *
 * @param serial the serial number in upper-case hexadecimal
 * @param sha256 the SHA-256 of the certificate itself (DER), not of its file
 * @param keySha256 the SHA-256 of its SubjectPublicKeyInfo, by which an authority's key is known
 */
record CertificateFacts(
        BundleFile file,
        String subject,
        String issuer,
        String serial,
        Instant notBefore,
        Instant notAfter,
        String sha256,
        String keySha256) {
    /** Attributes that providers' names have and RFC 2253 does not know. */
    private static final Map<String, String> ATTRIBUTES = Map.of(
            "1.2.840.113549.1.9.1", "emailAddress",
            "2.5.4.5", "serialNumber",
            "2.5.4.97", "organizationIdentifier");

    private static final int LINE = 64;

    static CertificateFacts of(X509Certificate certificate) {
        byte[] pem = pem(certificate);
        String sha256 = Hashing.sha256(encoded(certificate));
        return new CertificateFacts(
                new BundleFile(
                        BundleFile.CERTIFICATES + sha256.substring(0, 16) + ".pem", pem.length, Hashing.sha256(pem)),
                name(certificate.getSubjectX500Principal()),
                name(certificate.getIssuerX500Principal()),
                certificate.getSerialNumber().toString(16).toUpperCase(Locale.ROOT),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                sha256,
                Hashing.sha256(certificate.getPublicKey().getEncoded()));
    }

    private static String name(X500Principal principal) {
        return principal.getName(X500Principal.RFC2253, ATTRIBUTES);
    }

    /** Writes a certificate as PEM (RFC 7468). */
    static byte[] pem(X509Certificate certificate) {
        return ("-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(encoded(certificate))
                        + "\n-----END CERTIFICATE-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException("a certificate that was read can be written", impossible);
        }
    }
}
