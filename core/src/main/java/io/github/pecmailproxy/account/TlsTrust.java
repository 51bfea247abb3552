package io.github.pecmailproxy.account;

import io.github.pecmailproxy.message.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Which certificates a mail server may show. The name in it is always checked, whatever the trust. Immutable and thread-safe.
 *
 * @param authorities the certificates under which a server's must stand; empty for those that the JVM trusts
 * @since 0.1.0
 */
public record TlsTrust(List<X509Certificate> authorities) {
    private static final TlsTrust SYSTEM = new TlsTrust(List.of());

    /** Copies the list. */
    public TlsTrust {
        authorities = List.copyOf(authorities);
    }

    /**
     * Trusts what the JVM trusts.
     *
     * @return the trust, never null
     */
    public static TlsTrust system() {
        return SYSTEM;
    }

    /**
     * Trusts these authorities and no others.
     *
     * @param authorities at least one certificate
     * @return the trust, never null
     * @throws InvalidValueException if there is none
     */
    public static TlsTrust of(X509Certificate... authorities) {
        if (authorities.length == 0) {
            throw new InvalidValueException("tls_trust", "names no certificate");
        }
        return new TlsTrust(List.of(authorities));
    }

    /**
     * Trusts the authorities in a PEM text and no others.
     *
     * @param pem one or more certificates in PEM form
     * @return the trust, never null
     * @throws InvalidValueException if there is none or one cannot be read
     */
    public static TlsTrust pem(String pem) {
        List<X509Certificate> read = new ArrayList<>();
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .forEach(certificate -> read.add((X509Certificate) certificate));
        } catch (CertificateException malformed) {
            throw new InvalidValueException("tls_trust", "is not a list of PEM certificates");
        }
        return of(read.toArray(X509Certificate[]::new));
    }

    /**
     * Tells whether the JVM's own trust is meant.
     *
     * @return true when no authority is named
     */
    public boolean isSystem() {
        return authorities.isEmpty();
    }
}
