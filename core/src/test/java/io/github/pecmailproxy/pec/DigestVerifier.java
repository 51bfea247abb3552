package io.github.pecmailproxy.pec;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A verifier for tests, as strict as a real one where the parser is concerned: the signature is the digest of the exact
 * content together with a secret, and the signer must be the From.
 */
final class DigestVerifier implements SignatureVerifier {
    static final String PROVIDER = "posta-certificata@provider.example";
    private static final String SECRET = "only the provider knows";

    @Override
    public SignatureCheck verify(SignedEntity entity) {
        if (!entity.detached()) {
            return SignatureCheck.of(Verdict.INVALID, "not detached");
        }
        try {
            String found = new String(entity.cms(), StandardCharsets.ISO_8859_1);
            if (!found.equals(sign(entity.digest("SHA-256")))) {
                return SignatureCheck.of(Verdict.INVALID, "the content was changed");
            }
        } catch (NoSuchAlgorithmException missing) {
            return SignatureCheck.of(Verdict.INVALID, "the digest is missing");
        }
        return SignatureCheck.of(
                entity.from().filter(PROVIDER::equals).isPresent() ? Verdict.TRUSTED : Verdict.UNTRUSTED, "by From");
    }

    /** Signs a digest. */
    static String sign(byte[] digest) {
        try {
            MessageDigest keyed = MessageDigest.getInstance("SHA-256");
            keyed.update(SECRET.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(keyed.digest(digest));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
