package io.github.pecmailproxy.pec.trust;

import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.NullDigest;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.jspecify.annotations.Nullable;

/** One way to sign a digest: RSA with PKCS #1 v1.5 padding, RSASSA-PSS or ECDSA. */
sealed interface SignatureScheme {
    /** Returns the digest the signature was made over. */
    DigestAlgorithm digest();

    /**
     * Tells whether a signature over a digest holds.
     *
     * @throws RuntimeException if the signature bytes are malformed, depending on Bouncy Castle's mood
     */
    boolean verify(AsymmetricKeyParameter key, byte[] digest, byte[] signature);

    /**
     * Reads an algorithm identifier.
     *
     * @param identifier as in a certificate or a SignerInfo
     * @param stated the digest a SignerInfo states beside it, null for a certificate
     * @return the scheme, or empty when it is unknown, too weak, or contradicts the stated digest
     */
    static Optional<SignatureScheme> of(AlgorithmIdentifier identifier, @Nullable DigestAlgorithm stated) {
        Optional<SignatureScheme> scheme = read(identifier, stated);
        // A signature whose own digest differs from the one that covers the content must not pass (RFC 8933 section 3).
        return scheme.filter(read -> stated == null || read.digest() == stated);
    }

    private static Optional<SignatureScheme> read(AlgorithmIdentifier identifier, @Nullable DigestAlgorithm stated) {
        return switch (identifier.getAlgorithm().getId()) {
            case "1.2.840.113549.1.1.1" -> Optional.ofNullable(stated).map(RsaPkcs1::new);
            case "1.2.840.113549.1.1.5", "1.3.14.3.2.29" -> Optional.of(new RsaPkcs1(DigestAlgorithm.SHA_1));
            case "1.2.840.113549.1.1.14" -> Optional.of(new RsaPkcs1(DigestAlgorithm.SHA_224));
            case "1.2.840.113549.1.1.11" -> Optional.of(new RsaPkcs1(DigestAlgorithm.SHA_256));
            case "1.2.840.113549.1.1.12" -> Optional.of(new RsaPkcs1(DigestAlgorithm.SHA_384));
            case "1.2.840.113549.1.1.13" -> Optional.of(new RsaPkcs1(DigestAlgorithm.SHA_512));
            case "1.2.840.113549.1.1.10" -> pss(identifier.getParameters());
            case "1.2.840.10045.4.1" -> Optional.of(new Ecdsa(DigestAlgorithm.SHA_1));
            case "1.2.840.10045.4.3.1" -> Optional.of(new Ecdsa(DigestAlgorithm.SHA_224));
            case "1.2.840.10045.4.3.2" -> Optional.of(new Ecdsa(DigestAlgorithm.SHA_256));
            case "1.2.840.10045.4.3.3" -> Optional.of(new Ecdsa(DigestAlgorithm.SHA_384));
            case "1.2.840.10045.4.3.4" -> Optional.of(new Ecdsa(DigestAlgorithm.SHA_512));
            default -> Optional.empty();
        };
    }

    private static Optional<SignatureScheme> pss(@Nullable ASN1Encodable parameters) {
        if (!(parameters instanceof ASN1Sequence)) {
            return Optional.empty();
        }
        RSASSAPSSparams read = RSASSAPSSparams.getInstance(parameters);
        AlgorithmIdentifier mask = read.getMaskGenAlgorithm();
        BigInteger salt = read.getSaltLength();
        if (!mask.getAlgorithm().equals(new ASN1ObjectIdentifier("1.2.840.113549.1.1.8"))
                || !read.getTrailerField().equals(BigInteger.ONE)
                || salt.signum() < 0
                || salt.bitLength() > 10) {
            return Optional.empty();
        }
        ASN1ObjectIdentifier hash = read.getHashAlgorithm().getAlgorithm();
        ASN1ObjectIdentifier maskHash =
                AlgorithmIdentifier.getInstance(mask.getParameters()).getAlgorithm();
        // RFC 4055 section 3.1 recommends one digest for both; nobody needs two, so nobody gets them.
        return hash.equals(maskHash)
                ? DigestAlgorithm.byIdentifier(hash).map(digest -> new RsaPss(digest, salt.intValue()))
                : Optional.empty();
    }

    /** RSA with PKCS #1 v1.5 padding, what every provider has used so far. */
    record RsaPkcs1(DigestAlgorithm digest) implements SignatureScheme {
        @Override
        public boolean verify(AsymmetricKeyParameter key, byte[] digested, byte[] signature) {
            return key instanceof RSAKeyParameters
                    && run(new RSADigestSigner(new NullDigest(), digest.identifier()), key, digested, signature);
        }
    }

    /** RSASSA-PSS with MGF1 over the same digest. */
    record RsaPss(DigestAlgorithm digest, int saltLength) implements SignatureScheme {
        @Override
        public boolean verify(AsymmetricKeyParameter key, byte[] digested, byte[] signature) {
            return key instanceof RSAKeyParameters
                    && run(
                            PSSSigner.createRawSigner(
                                    new RSAEngine(),
                                    digest.lightweight(),
                                    digest.lightweight(),
                                    saltLength,
                                    PSSSigner.TRAILER_IMPLICIT),
                            key,
                            digested,
                            signature);
        }
    }

    /** ECDSA on one of the NIST curves. */
    record Ecdsa(DigestAlgorithm digest) implements SignatureScheme {
        @Override
        public boolean verify(AsymmetricKeyParameter key, byte[] digested, byte[] signature) {
            return key instanceof ECPublicKeyParameters
                    && run(new DSADigestSigner(new ECDSASigner(), new NullDigest()), key, digested, signature);
        }
    }

    private static boolean run(Signer signer, AsymmetricKeyParameter key, byte[] digested, byte[] signature) {
        signer.init(false, key);
        signer.update(digested, 0, digested.length);
        return signer.verifySignature(signature);
    }
}
