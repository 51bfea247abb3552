package io.github.pecmailproxy.pec.trust;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate made for a test, with the key that belongs to it. */
final class TestCertificate {
    static final String MAILBOX = "posta-certificata@pec.example.it";
    static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

    private static final AtomicLong SERIAL = new AtomicLong(1000);
    private static final ConcurrentMap<String, KeyPair> KEYS = new ConcurrentHashMap<>();

    private final KeyPair keys;
    private final X509CertificateHolder holder;

    private TestCertificate(KeyPair keys, X509CertificateHolder holder) {
        this.keys = keys;
        this.holder = holder;
    }

    /** Starts an authority that signs itself. */
    static Plan authority(String name) {
        return new Plan("C=IT, O=Authority, CN=" + name, rsa(name)).asAuthority();
    }

    /** Starts a provider's certificate as RFC 6109 section 5.5 describes it. */
    static Plan provider() {
        return new Plan("C=IT, ST=Roma, L=Roma, O=Example S.p.A., CN=Posta Certificata", rsa("provider"))
                .mailbox(MAILBOX);
    }

    /** Returns the key of some name, always the same: making keys takes longer than everything else. */
    static KeyPair rsa(String name) {
        return rsa(name, 2048);
    }

    static KeyPair rsa(String name, int bits) {
        return KEYS.computeIfAbsent(name + bits, absent -> {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(bits);
                return generator.generateKeyPair();
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        });
    }

    static KeyPair ec(String curve) {
        return KEYS.computeIfAbsent(curve, absent -> {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec(curve));
                return generator.generateKeyPair();
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        });
    }

    KeyPair keys() {
        return keys;
    }

    X509CertificateHolder holder() {
        return holder;
    }

    X509Certificate certificate() {
        try {
            return new JcaX509CertificateConverter().getCertificate(holder);
        } catch (CertificateException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    String keyFingerprint() {
        return HexFormat.of()
                .formatHex(DigestAlgorithm.SHA_256.digest(keys.getPublic().getEncoded()));
    }

    /** What a certificate shall say. */
    static final class Plan {
        private final List<GeneralName> names = new ArrayList<>();
        private String subject;
        private KeyPair keys;
        private TestCertificate issuer;
        private KeyPair signingKeys;
        private KeyPair identifiedKeys;
        private Instant from = Instant.parse("2023-01-01T00:00:00Z");
        private Instant to = Instant.parse("2026-01-01T00:00:00Z");
        private BasicConstraints basicConstraints;
        private Integer usage = KeyUsage.digitalSignature;
        private KeyPurposeId purpose = KeyPurposeId.id_kp_emailProtection;
        private NameConstraints constraints;
        private String algorithm = "SHA256withRSA";
        private ASN1ObjectIdentifier unknownCritical;
        private BigInteger serial = BigInteger.valueOf(SERIAL.incrementAndGet());

        Plan(String subject, KeyPair keys) {
            this.subject = subject;
            this.keys = keys;
        }

        Plan asAuthority() {
            basicConstraints = new BasicConstraints(true);
            usage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
            purpose = null;
            from = Instant.parse("2010-01-01T00:00:00Z");
            to = Instant.parse("2040-01-01T00:00:00Z");
            return this;
        }

        Plan subject(String name) {
            subject = name;
            return this;
        }

        Plan keys(KeyPair pair) {
            keys = pair;
            return this;
        }

        Plan mailbox(String address) {
            names.add(new GeneralName(GeneralName.rfc822Name, address));
            return this;
        }

        Plan onlyMailbox(String address) {
            names.clear();
            return mailbox(address);
        }

        Plan name(int type, String value) {
            names.add(new GeneralName(type, value));
            return this;
        }

        Plan withoutNames() {
            names.clear();
            return this;
        }

        Plan valid(String first, String last) {
            from = Instant.parse(first);
            to = Instant.parse(last);
            return this;
        }

        Plan pathLength(int length) {
            basicConstraints = new BasicConstraints(length);
            return this;
        }

        Plan basicConstraints(BasicConstraints value) {
            basicConstraints = value;
            return this;
        }

        Plan usage(Integer bits) {
            usage = bits;
            return this;
        }

        Plan purpose(KeyPurposeId value) {
            purpose = value;
            return this;
        }

        Plan permitted(GeneralName... bases) {
            constraints = new NameConstraints(subtrees(bases), null);
            return this;
        }

        Plan excluded(GeneralName... bases) {
            constraints = new NameConstraints(null, subtrees(bases));
            return this;
        }

        private static GeneralSubtree[] subtrees(GeneralName... bases) {
            GeneralSubtree[] subtrees = new GeneralSubtree[bases.length];
            for (int i = 0; i < bases.length; i++) {
                subtrees[i] = new GeneralSubtree(bases[i]);
            }
            return subtrees;
        }

        Plan algorithm(String name) {
            algorithm = name;
            return this;
        }

        Plan unknownCritical(String identifier) {
            unknownCritical = new ASN1ObjectIdentifier(identifier);
            return this;
        }

        /** Takes the serial number of another certificate, as only a forger or a careless authority does. */
        Plan serialOf(TestCertificate other) {
            serial = other.holder.getSerialNumber();
            return this;
        }

        /** Takes the subject key identifier of another certificate, as only a forger does. */
        Plan keyIdentifierOf(TestCertificate other) {
            identifiedKeys = other.keys;
            return this;
        }

        /** Signs with another key than the issuer's, as a forger must. */
        Plan forgedWith(KeyPair pair) {
            signingKeys = pair;
            return this;
        }

        TestCertificate selfSigned() {
            return issue(null);
        }

        TestCertificate issuedBy(TestCertificate authority) {
            return issue(authority);
        }

        private TestCertificate issue(TestCertificate authority) {
            issuer = authority;
            X500Name issuerName = issuer == null ? new X500Name(subject) : issuer.holder.getSubject();
            KeyPair signer = signingKeys != null ? signingKeys : issuer == null ? keys : issuer.keys;
            try {
                JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                        issuerName, serial, Date.from(from), Date.from(to), new X500Name(subject), keys.getPublic());
                builder.addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils()
                                .createSubjectKeyIdentifier(
                                        (identifiedKeys == null ? keys : identifiedKeys).getPublic()));
                if (basicConstraints != null) {
                    builder.addExtension(Extension.basicConstraints, true, basicConstraints);
                }
                if (usage != null) {
                    builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
                }
                if (purpose != null) {
                    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
                }
                if (!names.isEmpty()) {
                    builder.addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(names.toArray(GeneralName[]::new)));
                }
                if (constraints != null) {
                    builder.addExtension(Extension.nameConstraints, true, constraints);
                }
                if (unknownCritical != null) {
                    builder.addExtension(unknownCritical, true, DERNull.INSTANCE);
                }
                return new TestCertificate(
                        keys,
                        builder.build(new JcaContentSignerBuilder(algorithm)
                                .setProvider(PROVIDER)
                                .build(signer.getPrivate())));
            } catch (GeneralSecurityException | OperatorCreationException impossible) {
                throw new IllegalStateException(impossible);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
    }
}
