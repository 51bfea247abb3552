package io.github.pecmailproxy.pec.trust;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;

/** The digests a signature may use. What is not here, MD5 and weaker, is refused. */
enum DigestAlgorithm {
    /** In use on the wire at least until the end of 2024 (facts 1.6), therefore accepted and flagged. */
    SHA_1("1.3.14.3.2.26", "SHA-1", true),
    SHA_224("2.16.840.1.101.3.4.2.4", "SHA-224", false),
    SHA_256("2.16.840.1.101.3.4.2.1", "SHA-256", false),
    SHA_384("2.16.840.1.101.3.4.2.2", "SHA-384", false),
    SHA_512("2.16.840.1.101.3.4.2.3", "SHA-512", false);

    @SuppressWarnings("ImmutableEnumChecker") // Bouncy Castle's identifiers are immutable without saying so.
    private final ASN1ObjectIdentifier identifier;

    private final String jcaName;
    private final boolean weak;

    DigestAlgorithm(String identifier, String jcaName, boolean weak) {
        this.identifier = new ASN1ObjectIdentifier(identifier);
        this.jcaName = jcaName;
        this.weak = weak;
    }

    static Optional<DigestAlgorithm> byIdentifier(ASN1ObjectIdentifier identifier) {
        for (DigestAlgorithm algorithm : values()) {
            if (algorithm.identifier.equals(identifier)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    ASN1ObjectIdentifier identifier() {
        return identifier;
    }

    String jcaName() {
        return jcaName;
    }

    boolean weak() {
        return weak;
    }

    byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance(jcaName).digest(bytes);
        } catch (NoSuchAlgorithmException absent) {
            Digest digest = lightweight();
            digest.update(bytes, 0, bytes.length);
            byte[] result = new byte[digest.getDigestSize()];
            digest.doFinal(result, 0);
            return result;
        }
    }

    Digest lightweight() {
        return switch (this) {
            case SHA_1 -> new SHA1Digest();
            case SHA_224 -> new SHA224Digest();
            case SHA_256 -> new SHA256Digest();
            case SHA_384 -> new SHA384Digest();
            case SHA_512 -> new SHA512Digest();
        };
    }
}
