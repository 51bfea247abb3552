package io.github.pecmailproxy.sandbox;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes throw-away keys and certificates, valid from a year before one instant to ten years after another. Thread-safe. */
final class CertificateWorkshop {
    private static final long SECONDS_PER_YEAR = 365L * 24 * 3600;
    /** The policy the wire's provider certificates carry (facts 1.6). */
    private static final ASN1ObjectIdentifier PEC_POLICY = new ASN1ObjectIdentifier("1.3.76.16.3.1.1");

    private final SecureRandom random = new SecureRandom();
    private final Date notBefore;
    private final Date notAfter;

    CertificateWorkshop(Instant earliest, Instant latest) {
        this.notBefore = Date.from(earliest.minusSeconds(SECONDS_PER_YEAR));
        this.notAfter = Date.from(latest.plusSeconds(10 * SECONDS_PER_YEAR));
    }

    /** A key with its certificate, and the certificates that lead to its root, root last. */
    record Identity(PrivateKey key, X509Certificate certificate, PublicKey publicKey, List<X509Certificate> issuers) {}

    KeyPair rsaKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK cannot make RSA keys", e);
        }
    }

    /** An elliptic-curve key: made in a millisecond where an RSA key takes a tenth of a second. */
    KeyPair ecKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK cannot make EC keys", e);
        }
    }

    Identity root(KeyPair keys, String organization, String commonName) {
        X500Name name = name(organization, commonName);
        X509Certificate certificate = certificate(name, keys.getPrivate(), name, keys.getPublic(), (builder, utils) -> {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(keys.getPublic()));
        });
        return new Identity(keys.getPrivate(), certificate, keys.getPublic(), List.of());
    }

    /** The authority that issues provider certificates; like the real one it may be bound to mail domains (facts 1.6). */
    Identity intermediate(
            Identity issuer, KeyPair keys, String organization, String commonName, List<String> permittedDomains) {
        X509Certificate certificate =
                issue(issuer, name(organization, commonName), keys.getPublic(), (builder, utils) -> {
                    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
                    builder.addExtension(
                            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                    if (!permittedDomains.isEmpty()) {
                        GeneralSubtree[] permitted = permittedDomains.stream()
                                .map(domain -> new GeneralSubtree(new GeneralName(GeneralName.rfc822Name, domain)))
                                .toArray(GeneralSubtree[]::new);
                        builder.addExtension(Extension.nameConstraints, false, new NameConstraints(permitted, null));
                    }
                });
        return identity(issuer, keys, certificate);
    }

    /** A leaf shaped like a provider's: critical digitalSignature, emailProtection, no basic constraints (facts 1.6). */
    Identity provider(Identity issuer, KeyPair keys, String providerName, String address) {
        X509Certificate certificate =
                issue(issuer, name(providerName, providerName), keys.getPublic(), (builder, utils) -> {
                    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    builder.addExtension(
                            Extension.extendedKeyUsage,
                            false,
                            new ExtendedKeyUsage(KeyPurposeId.id_kp_emailProtection));
                    builder.addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(new GeneralName(GeneralName.rfc822Name, address)));
                    builder.addExtension(
                            Extension.certificatePolicies,
                            false,
                            new CertificatePolicies(new PolicyInformation(PEC_POLICY)));
                });
        return identity(issuer, keys, certificate);
    }

    /** A server certificate for the loopback names and any extra host names. */
    Identity server(Identity issuer, KeyPair keys, List<String> hostNames) {
        X509Certificate certificate =
                issue(issuer, name("PEC sandbox", "localhost"), keys.getPublic(), (builder, utils) -> {
                    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    builder.addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
                    List<GeneralName> names = new java.util.ArrayList<>(List.of(
                            new GeneralName(GeneralName.dNSName, "localhost"),
                            new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                            new GeneralName(GeneralName.iPAddress, "::1")));
                    hostNames.forEach(host -> names.add(new GeneralName(GeneralName.dNSName, host)));
                    builder.addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(names.toArray(GeneralName[]::new)));
                });
        return identity(issuer, keys, certificate);
    }

    private Identity identity(Identity issuer, KeyPair keys, X509Certificate certificate) {
        List<X509Certificate> issuers = new java.util.ArrayList<>();
        issuers.add(issuer.certificate());
        issuers.addAll(issuer.issuers());
        return new Identity(keys.getPrivate(), certificate, keys.getPublic(), List.copyOf(issuers));
    }

    private X509Certificate issue(Identity issuer, X500Name subject, PublicKey key, Extensions extensions) {
        X500Name issuerName = X500Name.getInstance(
                issuer.certificate().getSubjectX500Principal().getEncoded());
        return certificate(issuerName, issuer.key(), subject, key, (builder, utils) -> {
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, utils.createAuthorityKeyIdentifier(issuer.publicKey()));
            builder.addExtension(Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(key));
            extensions.addTo(builder, utils);
        });
    }

    private X509Certificate certificate(
            X500Name issuer, PrivateKey issuerKey, X500Name subject, PublicKey key, Extensions extensions) {
        try {
            BigInteger serial = new BigInteger(126, random).setBit(126);
            JcaX509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(issuer, serial, notBefore, notAfter, subject, key);
            extensions.addTo(builder, new JcaX509ExtensionUtils());
            String algorithm = issuerKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKey)));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("cannot make a certificate for " + subject, e);
        }
    }

    private static X500Name name(String organization, String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.C, "IT")
                .addRDN(BCStyle.O, organization)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    /** Adds extensions to a certificate under construction. */
    private interface Extensions {
        void addTo(JcaX509v3CertificateBuilder builder, JcaX509ExtensionUtils utils) throws CertIOException;
    }
}
