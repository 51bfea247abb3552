package io.github.pecmailproxy.pec.trust;

import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/**
 * A public key and its fingerprint. Immutable and thread-safe.
 *
 * @param sha256 the SHA-256 of its SubjectPublicKeyInfo in lower-case hexadecimal, what anchors are pinned by
 * @param usable the key, empty when its kind is unknown or its size is outside the limits
 * @param weak true for an RSA key under 2048 bits
 */
record PublicKeyValue(String sha256, Optional<AsymmetricKeyParameter> usable, boolean weak) {
    private static final int MINIMUM_RSA_BITS = 1024;
    private static final int STRONG_RSA_BITS = 2048;

    /** Larger keys make hostile mail expensive and nobody uses them. */
    private static final int MAXIMUM_RSA_BITS = 4096;

    private static final int MAXIMUM_EXPONENT_BITS = 64;

    /** P-256, P-384, P-521. Explicit parameters are never accepted: they let a mail choose its own group. */
    private static final Set<ASN1ObjectIdentifier> CURVES = Set.of(
            X9ObjectIdentifiers.prime256v1,
            new ASN1ObjectIdentifier("1.3.132.0.34"),
            new ASN1ObjectIdentifier("1.3.132.0.35"));

    static PublicKeyValue of(SubjectPublicKeyInfo info) throws IOException {
        byte[] encoding = info.getEncoded(ASN1Encoding.DER);
        String sha256 = HexFormat.of().formatHex(DigestAlgorithm.SHA_256.digest(encoding));
        try {
            ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
            if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
                RSAPublicKey key = RSAPublicKey.getInstance(info.parsePublicKey());
                int bits = key.getModulus().bitLength();
                return bits < MINIMUM_RSA_BITS
                                || bits > MAXIMUM_RSA_BITS
                                || key.getPublicExponent().bitLength() > MAXIMUM_EXPONENT_BITS
                        ? new PublicKeyValue(sha256, Optional.empty(), true)
                        : new PublicKeyValue(
                                sha256, Optional.of(PublicKeyFactory.createKey(info)), bits < STRONG_RSA_BITS);
            }
            if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)
                    && info.getAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve
                    && CURVES.contains(curve)) {
                return new PublicKeyValue(sha256, Optional.of(PublicKeyFactory.createKey(info)), false);
            }
        } catch (RuntimeException malformed) {
            return new PublicKeyValue(sha256, Optional.empty(), false);
        }
        return new PublicKeyValue(sha256, Optional.empty(), false);
    }
}
