package io.github.pecmailproxy.pec.trust;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a host, or this library, vouches for: the key of an authority or of a single provider. */
sealed interface TrustAnchor {
    /**
     * A certificate. Its key is what is trusted; its name constraints and path length bind whatever the mail presents.
     */
    record OfCertificate(X509Certificate certificate) implements TrustAnchor {}

    /** A key, known by the SHA-256 of its SubjectPublicKeyInfo; the mail brings a certificate that holds it. */
    record OfKey(String sha256) implements TrustAnchor {
        private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

        public OfKey {
            sha256 = sha256.replace(":", "").toLowerCase(Locale.ROOT);
            if (!SHA_256.matcher(sha256).matches()) {
                throw new IllegalArgumentException(
                        "the anchor's key must be given as a SHA-256 of 64 hexadecimal digits, not \"" + sha256 + "\"");
            }
        }
    }

    /**
     * An authority this library knows.
     *
     * @param key its SubjectPublicKeyInfo in Base64
     * @param window when signatures under it may have been made
     * @param mailDomains the only domains it may vouch for; empty when it is not limited
     * @param reissuerKey the SubjectPublicKeyInfo, in Base64, of the authority whose signature makes another certificate for
     *     the same key genuine, and with it that certificate's own list of names; empty when there is none
     */
    record Known(String key, TimeWindow window, List<String> mailDomains, String reissuerKey) implements TrustAnchor {}
}
