package io.github.pecmailproxy.pec.trust;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates from PEM text (RFC 7468), whatever else the text contains. */
final class PemCertificates {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----");

    private PemCertificates() {}

    /**
     * Reads all certificates.
     *
     * @throws IllegalArgumentException if there is none or one cannot be read
     */
    static List<X509Certificate> read(String pem) {
        List<X509Certificate> certificates = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(pem);
        while (matcher.find()) {
            int number = certificates.size() + 1;
            try {
                byte[] encoding = Base64.getMimeDecoder().decode(matcher.group(1));
                certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(encoding)));
            } catch (CertificateException | IllegalArgumentException unreadable) {
                throw new IllegalArgumentException(
                        "certificate number " + number + " of the anchors' PEM cannot be read", unreadable);
            }
        }
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("the anchors' PEM contains no BEGIN CERTIFICATE block");
        }
        return certificates;
    }
}
