package io.github.pecmailproxy.benchmarks;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** {@link SampleReceipts} with signatures that hold: RSA with 2048 bits, SHA-256, and the authority's certificate, as on the wire. */
final class SignedReceipts {
    private static final String MAILBOX = "posta-certificata@provider.example";
    private static final String DELIMITER = "\r\n------0E32ED7BC110EE1F6074D6F7771A6303\r\n";
    private static final int KEY_BITS = 2_048;
    private static final int SIGNATURE_LINE = 76;

    private final KeyPair providerKeys;
    private final X509Certificate authority;
    private final X509Certificate provider;

    SignedReceipts() throws GeneralSecurityException, OperatorCreationException, CertIOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        KeyPair authorityKeys = generator.generateKeyPair();
        providerKeys = generator.generateKeyPair();
        X500Name authorityName = new X500Name("CN=Authority, O=Example");
        authority = certificate(
                builder(authorityName, authorityName, authorityKeys)
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign)),
                authorityKeys);
        provider = certificate(
                builder(authorityName, new X500Name("CN=Provider S.p.A., O=Provider S.p.A., C=IT"), providerKeys)
                        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                        .addExtension(
                                Extension.subjectAlternativeName,
                                false,
                                new GeneralNames(new GeneralName(GeneralName.rfc822Name, MAILBOX))),
                authorityKeys);
    }

    private static JcaX509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair keys) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(subject.hashCode()).abs().add(BigInteger.ONE),
                Date.from(Instant.parse("2020-01-01T00:00:00Z")),
                Date.from(Instant.parse("2049-01-01T00:00:00Z")),
                subject,
                keys.getPublic());
    }

    private static X509Certificate certificate(
            org.bouncycastle.cert.X509v3CertificateBuilder builder, KeyPair issuerKeys)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(issuerKeys.getPrivate())));
    }

    X509Certificate authority() {
        return authority;
    }

    X509Certificate provider() {
        return provider;
    }

    /** Replaces the random bytes where the signature belongs by a signature. */
    byte[] sign(byte[] receipt) throws GeneralSecurityException, OperatorCreationException, CMSException {
        String mail = new String(receipt, StandardCharsets.ISO_8859_1);
        int start = mail.indexOf(DELIMITER) + DELIMITER.length();
        int end = mail.indexOf(DELIMITER, start);
        int signature = mail.indexOf("\r\n\r\n", end) + 4;
        int signatureEnd = mail.indexOf("\r\n\r\n", signature);
        byte[] cms = sign(mail.substring(start, end));
        String encoded =
                Base64.getMimeEncoder(SIGNATURE_LINE, new byte[] {'\r', '\n'}).encodeToString(cms);
        return (mail.substring(0, signature) + encoded + mail.substring(signatureEnd))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] sign(String content) throws GeneralSecurityException, OperatorCreationException, CMSException {
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(
                        new JcaDigestCalculatorProviderBuilder().build())
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(providerKeys.getPrivate()), provider));
        generator.addCertificates(new JcaCertStore(List.of(provider, authority)));
        try {
            return generator
                    .generate(new CMSProcessableByteArray(content.getBytes(StandardCharsets.ISO_8859_1)), false)
                    .getEncoded("DER"); // Definite lengths, as on the wire.
        } catch (java.io.IOException impossible) {
            throw new CMSException("a signature cannot be written", impossible);
        }
    }
}
