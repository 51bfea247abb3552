package io.github.pecmailproxy.pec.trust;

import io.github.pecmailproxy.pec.OpaqueContent;
import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.SignedEntity;
import io.github.pecmailproxy.pec.Verdict;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the callers and Bouncy Castle, which a host may leave out: the only class here that meets its absence.
 *
 * <p>Thread-safe.
 */
final class CmsSupport implements SignatureVerifier, OpaqueContent {
    private static final SignatureCheck ABSENT = SignatureCheck.of(
            Verdict.NOT_CHECKED, "the signature was not checked because Bouncy Castle is not on the class path");

    private final @Nullable SignatureVerifier verifier;
    private final @Nullable OpaqueContent content;

    private CmsSupport(@Nullable SignatureVerifier verifier, @Nullable OpaqueContent content) {
        this.verifier = verifier;
        this.content = content;
    }

    static boolean isAvailable() {
        try {
            ClassLoader loader = CmsSupport.class.getClassLoader();
            Class.forName("org.bouncycastle.asn1.ASN1InputStream", false, loader);
            Class.forName("org.bouncycastle.crypto.signers.RSADigestSigner", false, loader);
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    /**
     * Creates the verifier, or one that checks nothing when Bouncy Castle is absent or of a release that does not fit.
     *
     * @throws IllegalArgumentException if an anchor cannot be used
     */
    static CmsSupport of(TrustSettings settings) {
        if (!isAvailable()) {
            return new CmsSupport(null, null);
        }
        try {
            CmsVerifier created = new CmsVerifier(settings);
            return new CmsSupport(created, created);
        } catch (LinkageError misfit) {
            return new CmsSupport(null, null);
        }
    }

    @Override
    public SignatureCheck verify(SignedEntity entity) {
        if (verifier == null) {
            return ABSENT;
        }
        try {
            return verifier.verify(entity);
        } catch (LinkageError misfit) {
            return ABSENT;
        }
    }

    @Override
    public Optional<byte[]> unwrap(byte[] cms) {
        if (content == null) {
            return Optional.empty();
        }
        try {
            return content.unwrap(cms);
        } catch (LinkageError misfit) {
            return Optional.empty();
        }
    }
}
