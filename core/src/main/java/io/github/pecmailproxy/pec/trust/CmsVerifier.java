package io.github.pecmailproxy.pec.trust;

import io.github.pecmailproxy.pec.OpaqueContent;
import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.SignedEntity;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.pec.trust.CmsStructure.SignedAttributes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.jspecify.annotations.Nullable;

/**
 * Verifies CMS signatures (RFC 5652) as S/MIME (RFC 8551) and PEC (RFC 6109) use them. Thread-safe.
 *
 * <p>Of several signers none may be invalid and at least one must be trusted: a second signature by a stranger, such as a
 * gateway adds, neither helps nor harms, one that does not hold shows that somebody meddled.
 */
final class CmsVerifier implements SignatureVerifier, OpaqueContent {
    /** How far a provider's clock may run ahead of ours. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofDays(1);

    /** Certificates that take more are judged each time, so that hostile mail cannot fill the memory. Real ones take 5 kB. */
    private static final int MAXIMUM_CACHED_BYTES = 32 * 1024;

    private final TrustSettings settings;
    private final CmsReader reader;
    private final AnchorStore anchors;
    private final ChainFinder chains;
    private final BoundedCache<ByteBuffer, List<KnownSigner>> signers;

    /** A certificate that fits a signer identifier, judged once. */
    private record KnownSigner(ParsedCertificate certificate, Optional<String> objection, ChainFinder.Result search) {}

    CmsVerifier(TrustSettings settings) {
        this.settings = settings;
        this.reader = new CmsReader(settings.maximumOpaqueBytes());
        this.anchors = new AnchorStore(settings.anchors());
        this.chains = new ChainFinder(anchors);
        this.signers = new BoundedCache<>(settings.cachedChains());
    }

    @Override
    public Optional<byte[]> unwrap(byte[] cms) {
        try {
            return Optional.ofNullable(reader.read(cms, false).content()).map(ASN1OctetString::getOctets);
        } catch (MalformedCmsException unreadable) {
            return Optional.empty();
        }
    }

    @Override
    public SignatureCheck verify(SignedEntity entity) {
        CmsStructure structure;
        try {
            structure = reader.read(entity.cms(), entity.detached());
        } catch (MalformedCmsException unreadable) {
            return SignatureCheck.of(Verdict.INVALID, unreadable.sentence());
        }
        SignatureCheck best = null;
        for (CmsStructure.Signer signer : structure.signers()) {
            SignatureCheck check = verify(entity, structure, signer);
            if (check.verdict() == Verdict.INVALID) {
                return check;
            }
            if (best == null || (best.verdict() != Verdict.TRUSTED && check.verdict() == Verdict.TRUSTED)) {
                best = check;
            }
        }
        return best == null ? SignatureCheck.of(Verdict.INVALID, "the CMS structure has no signer") : best;
    }

    private SignatureCheck verify(SignedEntity entity, CmsStructure structure, CmsStructure.Signer signer) {
        SignedAttributes attributes = signer.attributes();
        Optional<Instant> time = attributes == null ? Optional.empty() : attributes.signingTime();
        Findings findings = new Findings(signer, time.or(entity::certifiedTime));
        if (signer.digest().isEmpty()) {
            return findings.invalid("the signature's digest is unknown or too weak", List.of());
        }
        DigestAlgorithm digest = signer.digest().get();
        byte[] contentDigest;
        try {
            ASN1OctetString content = structure.content();
            contentDigest = content == null ? entity.digest(digest.jcaName()) : digest.digest(content.getOctets());
        } catch (NoSuchAlgorithmException unavailable) {
            return findings.invalid("the signature's digest is not available for this mail", List.of());
        }
        List<byte[]> digests;
        if (attributes == null) {
            // Signed attributes presented as content would pass here (RFC 8933 section 1), but not as a receipt: such
            // content
            // has no certified time, and without one there is no trust.
            digests = List.of(contentDigest);
        } else if (MessageDigest.isEqual(attributes.messageDigest().getOctets(), contentDigest)) {
            digests = attributes.encodings().stream().map(digest::digest).toList();
        } else {
            return findings.invalid("the signed bytes were changed after signing", List.of());
        }
        List<KnownSigner> candidates = candidates(signer.identifier(), structure.certificates());
        if (candidates.isEmpty()) {
            return findings.invalid("the signer's certificate is missing or cannot be read", List.of());
        }
        // Several certificates may fit one identifier; the best that the signature holds with is meant.
        SignatureCheck best = null;
        for (KnownSigner candidate : candidates) {
            if (holds(signer, digest, digests, candidate.certificate().key())) {
                SignatureCheck check = trust(entity, findings, candidate);
                if (best == null || check.verdict() == Verdict.TRUSTED) {
                    best = check;
                }
            }
        }
        return best == null
                ? findings.invalid(
                        "the signature does not match the signer's key",
                        List.of(candidates.get(0).certificate().certificate()))
                : best;
    }

    private static boolean holds(
            CmsStructure.Signer signer, DigestAlgorithm digest, List<byte[]> digests, PublicKeyValue key) {
        if (key.usable().isEmpty()) {
            return false;
        }
        AsymmetricKeyParameter usable = key.usable().get();
        try {
            Optional<SignatureScheme> scheme = SignatureScheme.of(signer.signatureAlgorithm(), digest);
            return scheme.isPresent()
                    && digests.stream()
                            .anyMatch(value -> scheme.get()
                                    .verify(usable, value, signer.signature().getOctets()));
        } catch (RuntimeException malformed) {
            return false;
        }
    }

    private List<KnownSigner> candidates(SignerIdentifier identifier, List<byte[]> certificates) {
        ByteBuffer key = fingerprint(identifier, certificates);
        List<KnownSigner> known = signers.get(key);
        if (known == null) {
            try {
                known = judge(identifier, certificates);
            } catch (RuntimeException | StackOverflowError unreadable) {
                // Names are decoded as late as they are compared, and hostile ones fail then.
                known = List.of();
            }
            if (certificates.stream().mapToInt(bytes -> bytes.length).sum() <= MAXIMUM_CACHED_BYTES) {
                signers.put(key, known);
            }
        }
        return known;
    }

    private static ByteBuffer fingerprint(SignerIdentifier identifier, List<byte[]> certificates) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            // Each part is a complete ASN.1 value, so two different lists never concatenate to the same bytes.
            digest.update(identifier.encoding().getOctets());
            certificates.forEach(digest::update);
            return ByteBuffer.wrap(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private List<KnownSigner> judge(SignerIdentifier identifier, List<byte[]> certificates) {
        List<ParsedCertificate> carried = new ArrayList<>();
        certificates.forEach(bytes -> ParsedCertificate.parse(bytes).ifPresent(carried::add));
        List<ParsedCertificate> available = new ArrayList<>(carried);
        available.addAll(anchors.certificates());
        List<KnownSigner> known = new ArrayList<>();
        for (ParsedCertificate certificate : available) {
            if (identifier.matches(certificate)) {
                known.add(new KnownSigner(
                        certificate, certificate.objectionAsSigner(), chains.find(certificate, carried)));
            }
        }
        return List.copyOf(known);
    }

    /** Judges the signer of a signature that holds. */
    private SignatureCheck trust(SignedEntity entity, Findings findings, KnownSigner signer) {
        List<X509Certificate> self = List.of(signer.certificate().certificate());
        if (signer.search().reason().isPresent()) {
            return findings.untrusted(signer.search().reason().get(), self);
        }
        List<X509Certificate> chain = signer.search().chains().get(0).certificates();
        if (signer.objection().isPresent()) {
            return findings.untrusted(signer.objection().get(), chain);
        }
        Optional<String> wrongAddress = addressObjection(entity, signer.certificate());
        if (wrongAddress.isPresent()) {
            return findings.untrusted(wrongAddress.get(), chain);
        }
        if (findings.time().isEmpty()) {
            return findings.untrusted(
                    "neither the signature nor the mail's certified data say when it was signed", chain);
        }
        Instant time = findings.time().get();
        if (time.isAfter(settings.clock().instant().plus(CLOCK_TOLERANCE))) {
            return findings.untrusted("the signing time lies in the future", chain);
        }
        ChainFinder.Chain valid = signer.search().chains().stream()
                .filter(candidate -> candidate.window().contains(time))
                .findFirst()
                .orElse(null);
        if (valid == null) {
            return findings.untrusted(
                    signer.certificate().validity().contains(time)
                            ? "the signer's authority was not in force at the time of signing"
                            : "the signer's certificate was not valid at the time of signing",
                    chain);
        }
        Optional<String> revoked = revocationObjection(valid.certificates(), time);
        return revoked.isPresent()
                ? findings.untrusted(revoked.get(), valid.certificates())
                : findings.trusted(valid.certificates());
    }

    private Optional<String> addressObjection(SignedEntity entity, ParsedCertificate signer) {
        Mailbox from = entity.from().flatMap(Mailbox::parse).orElse(null);
        if (from == null) {
            return Optional.of("the mail has no single readable From address to compare with its signer");
        }
        if (!signer.mailboxes().contains(from)) {
            return Optional.of("the signer's address is not that of the From");
        }
        if (!settings.allowedDomains().isEmpty() && !settings.allowedDomains().contains(from.domain())) {
            return Optional.of("the provider's domain " + from.domain() + " is not among those allowed");
        }
        return Optional.empty();
    }

    private Optional<String> revocationObjection(List<X509Certificate> chain, Instant time) {
        if (settings.revocationCheck().isEmpty()) {
            return Optional.empty();
        }
        try {
            return settings.revocationCheck().get().objection(chain, time);
        } catch (RuntimeException failed) {
            return Optional.of("the check for revocation failed");
        }
    }

    /** What is known about one signature before it is judged. */
    private record Findings(CmsStructure.Signer signer, Optional<Instant> time) {
        SignatureCheck trusted(List<X509Certificate> chain) {
            return check(Verdict.TRUSTED, null, chain);
        }

        SignatureCheck untrusted(String reason, List<X509Certificate> chain) {
            return check(Verdict.UNTRUSTED, reason, chain);
        }

        SignatureCheck invalid(String reason, List<X509Certificate> chain) {
            return check(Verdict.INVALID, reason, chain);
        }

        private SignatureCheck check(Verdict verdict, @Nullable String reason, List<X509Certificate> chain) {
            return new SignatureCheck(
                    verdict,
                    Optional.ofNullable(reason),
                    signer.digestName(),
                    time,
                    chain,
                    signer.digest().filter(DigestAlgorithm::weak).isPresent());
        }
    }
}
