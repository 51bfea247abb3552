package io.github.pecmailproxy.sandbox;

/**
 * The digest a provider signs with. Both are in use on the wire (facts 1.6).
 *
 * @since 0.1.0
 */
public enum SignatureDigest {
    /** SHA-1, which some providers still used in 2024. */
    SHA_1("SHA1withRSA", "sha1", "sha-1"),
    /** SHA-256, the sandbox's default. */
    SHA_256("SHA256withRSA", "sha256", "sha-256");

    private final String signatureAlgorithm;
    private final String plainName;
    private final String hyphenatedName;

    SignatureDigest(String signatureAlgorithm, String plainName, String hyphenatedName) {
        this.signatureAlgorithm = signatureAlgorithm;
        this.plainName = plainName;
        this.hyphenatedName = hyphenatedName;
    }

    String signatureAlgorithm() {
        return signatureAlgorithm;
    }

    /** The {@code micalg} spelling without hyphen. */
    String plainName() {
        return plainName;
    }

    /** The {@code micalg} spelling of RFC 8551 section 3.5.3.2. */
    String hyphenatedName() {
        return hyphenatedName;
    }
}
