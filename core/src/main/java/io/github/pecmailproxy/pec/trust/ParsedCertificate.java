package io.github.pecmailproxy.pec.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.jspecify.annotations.Nullable;

/**
 * A certificate taken apart once: what the rules of RFC 5280 and RFC 6109 section 5.5 look at. Immutable and thread-safe.
 */
final class ParsedCertificate {
    private static final int MAXIMUM_BYTES = 64 * 1024;
    private static final int MAXIMUM_NAMES = 128;

    /** No public CA has signed with SHA-1 or over keys under 2048 bits since; PEC's older receipts need both (facts 1.6). */
    private static final Instant WEAK_CERTIFICATES_UNTIL = Instant.parse("2017-01-01T00:00:00Z");

    private static final Set<ASN1ObjectIdentifier> UNDERSTOOD = Set.of(
            Extension.keyUsage,
            Extension.basicConstraints,
            Extension.nameConstraints,
            Extension.extendedKeyUsage,
            Extension.subjectAlternativeName,
            Extension.subjectKeyIdentifier,
            Extension.authorityKeyIdentifier,
            // No policy is asked for, so every policy will do; constraints on policies are not understood.
            Extension.certificatePolicies);

    private final X509Certificate certificate;
    private final byte[] signedBytes;
    private final byte[] signature;
    private final Optional<SignatureScheme> scheme;
    private final X500Name subject;
    private final X500Name issuer;
    private final BigInteger serialNumber;
    private final TimeWindow validity;
    private final PublicKeyValue key;
    private final byte @Nullable [] subjectKeyIdentifier;
    private final @Nullable KeyUsage keyUsage;
    private final @Nullable ExtendedKeyUsage extendedKeyUsage;
    private final @Nullable BasicConstraints basicConstraints;
    private final @Nullable NameConstraintSet nameConstraints;
    private final List<GeneralName> names;
    private final List<Mailbox> mailboxes;
    private final boolean hasUnknownCriticalExtension;

    private ParsedCertificate(X509Certificate certificate, Certificate structure) throws IOException {
        this.certificate = certificate;
        this.signedBytes = structure.getTBSCertificate().getEncoded(ASN1Encoding.DER);
        this.signature = structure.getSignature().getOctets();
        // RFC 5280 section 4.1.1.2: the algorithm outside the signed part must be the one inside.
        this.scheme = structure
                        .getSignatureAlgorithm()
                        .equals(structure.getTBSCertificate().getSignature())
                ? SignatureScheme.of(structure.getSignatureAlgorithm(), null)
                : Optional.empty();
        this.subject = structure.getSubject();
        this.issuer = structure.getIssuer();
        this.serialNumber = structure.getSerialNumber().getValue();
        this.validity = new TimeWindow(
                structure.getStartDate().getDate().toInstant(),
                structure.getEndDate().getDate().toInstant());
        this.key = PublicKeyValue.of(structure.getSubjectPublicKeyInfo());
        Extensions extensions = structure.getTBSCertificate().getExtensions();
        this.subjectKeyIdentifier = subjectKeyIdentifier(value(extensions, Extension.subjectKeyIdentifier));
        ASN1Primitive usage = value(extensions, Extension.keyUsage);
        this.keyUsage = usage == null ? null : KeyUsage.getInstance(usage);
        ASN1Primitive purposes = value(extensions, Extension.extendedKeyUsage);
        this.extendedKeyUsage = purposes == null ? null : ExtendedKeyUsage.getInstance(purposes);
        ASN1Primitive basic = value(extensions, Extension.basicConstraints);
        this.basicConstraints = basic == null ? null : BasicConstraints.getInstance(basic);
        ASN1Primitive constraints = value(extensions, Extension.nameConstraints);
        this.nameConstraints = constraints == null ? null : NameConstraintSet.read(constraints);
        ASN1Primitive alternativeNames = value(extensions, Extension.subjectAlternativeName);
        List<GeneralName> alternatives = alternativeNames == null
                ? List.of()
                : List.of(GeneralNames.getInstance(alternativeNames).getNames());
        this.names = constrainedNames(subject, alternatives);
        this.mailboxes = mailboxes(alternatives);
        this.hasUnknownCriticalExtension = extensions != null
                && Arrays.stream(extensions.getCriticalExtensionOIDs()).anyMatch(oid -> !UNDERSTOOD.contains(oid));
    }

    /**
     * Takes a certificate apart.
     *
     * @param encoding its DER encoding
     * @return the certificate, or empty when it cannot be read or exceeds a limit
     */
    static Optional<ParsedCertificate> parse(byte[] encoding) {
        if (encoding.length > MAXIMUM_BYTES) {
            return Optional.empty();
        }
        try {
            Certificate structure = Certificate.getInstance(ASN1Primitive.fromByteArray(encoding));
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoding));
            return Optional.of(new ParsedCertificate(certificate, structure));
        } catch (CertificateException | IOException | RuntimeException | StackOverflowError unreadable) {
            // Hostile bytes: whoever signs with such a certificate is unknown to us.
            return Optional.empty();
        }
    }

    private static @Nullable ASN1Primitive value(@Nullable Extensions extensions, ASN1ObjectIdentifier identifier) {
        Extension extension = extensions == null ? null : extensions.getExtension(identifier);
        return extension == null ? null : extension.getParsedValue().toASN1Primitive();
    }

    private static byte @Nullable [] subjectKeyIdentifier(@Nullable ASN1Primitive value) {
        return value == null
                ? null
                : SubjectKeyIdentifier.getInstance(ASN1OctetString.getInstance(value))
                        .getKeyIdentifier();
    }

    /** Collects every name that name constraints apply to (RFC 5280 section 4.2.1.10). */
    private static List<GeneralName> constrainedNames(X500Name subject, List<GeneralName> alternatives) {
        List<GeneralName> names = new ArrayList<>();
        RDN[] parts = subject.getRDNs();
        if (parts.length > 0) {
            names.add(new GeneralName(subject));
        }
        for (RDN part : parts) {
            for (AttributeTypeAndValue attribute : part.getTypesAndValues()) {
                if (attribute.getType().equals(PKCSObjectIdentifiers.pkcs_9_at_emailAddress)) {
                    names.add(new GeneralName(GeneralName.rfc822Name, attribute.getValue()));
                }
            }
        }
        names.addAll(alternatives);
        if (names.size() > MAXIMUM_NAMES) {
            throw new IllegalArgumentException("more than " + MAXIMUM_NAMES + " names");
        }
        return List.copyOf(names);
    }

    X509Certificate certificate() {
        return certificate;
    }

    X500Name subject() {
        return subject;
    }

    X500Name issuer() {
        return issuer;
    }

    BigInteger serialNumber() {
        return serialNumber;
    }

    TimeWindow validity() {
        return validity;
    }

    PublicKeyValue key() {
        return key;
    }

    List<GeneralName> names() {
        return names;
    }

    boolean hasSubjectKeyIdentifier(byte[] identifier) {
        return subjectKeyIdentifier != null && Arrays.equals(subjectKeyIdentifier, identifier);
    }

    boolean selfIssued() {
        return subject.equals(issuer);
    }

    /** Returns how many intermediate certificates may follow below this CA's, without a limit when it states none. */
    int pathLength() {
        BigInteger limit = basicConstraints == null ? null : basicConstraints.getPathLenConstraint();
        return limit == null || limit.bitLength() > 31 ? Integer.MAX_VALUE : limit.intValue();
    }

    NameConstraintSet nameConstraints() {
        return nameConstraints == null ? NameConstraintSet.NONE : nameConstraints;
    }

    /** Returns the addresses in the subject alternative name, where RFC 6109 section 5.5 puts the provider's mailbox. */
    List<Mailbox> mailboxes() {
        return mailboxes;
    }

    private static List<Mailbox> mailboxes(List<GeneralName> alternatives) {
        List<Mailbox> mailboxes = new ArrayList<>();
        for (GeneralName name : alternatives) {
            if (name.getTagNo() == GeneralName.rfc822Name) {
                Mailbox.parse(ASN1IA5String.getInstance(name.getName()).getString())
                        .ifPresent(mailboxes::add);
            }
        }
        return List.copyOf(mailboxes);
    }

    /** Tells whether this certificate was signed with a key. */
    boolean signedBy(AsymmetricKeyParameter issuerKey) {
        try {
            return scheme.isPresent()
                    && scheme.get().verify(issuerKey, scheme.get().digest().digest(signedBytes), signature);
        } catch (RuntimeException malformed) {
            return false;
        }
    }

    /** Returns what forbids this certificate to sign receipts, whoever issued it. */
    Optional<String> objectionAsSigner() {
        if (basicConstraints != null && basicConstraints.isCA()) {
            return Optional.of("the signer's certificate is that of an authority, not of a mailbox");
        }
        // RFC 6109 section 5.5.2 makes the extension mandatory; that it be critical was not kept in 2014.
        if (keyUsage == null || !keyUsage.hasUsages(KeyUsage.digitalSignature)) {
            return Optional.of("the signer's certificate is not for digital signatures");
        }
        if (extendedKeyUsage != null && !extendedKeyUsage.hasKeyPurposeId(KeyPurposeId.id_kp_emailProtection)) {
            return Optional.of("the signer's certificate is not for mail");
        }
        return objection("the signer's certificate");
    }

    /** Returns what forbids this certificate to issue others. */
    Optional<String> objectionAsIssuer() {
        if (basicConstraints == null || !basicConstraints.isCA()) {
            return Optional.of("a certificate in the chain issued another without being an authority's");
        }
        if (keyUsage != null && !keyUsage.hasUsages(KeyUsage.keyCertSign)) {
            return Optional.of("an authority's certificate in the chain is not for signing certificates");
        }
        if (extendedKeyUsage != null
                && !extendedKeyUsage.hasKeyPurposeId(KeyPurposeId.id_kp_emailProtection)
                && !extendedKeyUsage.hasKeyPurposeId(KeyPurposeId.anyExtendedKeyUsage)) {
            return Optional.of("an authority's certificate in the chain is not for mail");
        }
        return objection("an authority's certificate in the chain");
    }

    private Optional<String> objection(String which) {
        if (hasUnknownCriticalExtension) {
            return Optional.of(which + " has a critical extension that is not understood");
        }
        return Optional.empty();
    }

    /** Returns what speaks against the strength of this certificate's key and of its issuer's signature. */
    Optional<String> weakness() {
        boolean old = validity.from().isBefore(WEAK_CERTIFICATES_UNTIL);
        if (key.weak() && !old) {
            return Optional.of("a key in the chain is too short for its date");
        }
        if (scheme.isEmpty() || (scheme.get().digest().weak() && !old)) {
            return Optional.of("a certificate in the chain is signed with an algorithm too weak for its date");
        }
        return Optional.empty();
    }
}
