package io.github.pecmailproxy.pec.trust;

import io.github.pecmailproxy.pec.OpaqueContent;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows whose signature makes a receipt: the authorities that certify PEC providers, and how strictly they are taken.
 * Immutable and thread-safe; keep one, it remembers the chains it has judged.
 *
 * <p>A signature is {@link Verdict#TRUSTED} when it holds over the exact bytes, its signer's certificate leads to a configured
 * anchor, everything on the way was valid at the time of signing and is allowed to do what it does (RFC 5280, RFC 6109 section
 * 5.5), and the signer's mailbox is the {@code From} of the mail (RFC 6109 section 2.1). It is {@link Verdict#UNTRUSTED} when
 * it holds but one of the others fails, and {@link Verdict#INVALID} when it does not hold. The time is the signed attribute,
 * else the certified time of the mail, never the present: a verdict does not change because a certificate expires later.
 *
 * <p>Anchors are pinned by key. What a certificate configured with {@link Builder#anchor(X509Certificate)} says about names
 * and path length binds; what a certificate that comes with the mail says for the same key can only restrict further, unless
 * the bare key was pinned with {@link Builder#anchorKey(String)}.
 *
 * <p>No network access, no change to the host's security properties or providers, and none of them obeyed: receipts signed with
 * SHA-1 verify, and are flagged. Without Bouncy Castle on the class path every verdict is {@link Verdict#NOT_CHECKED}.
 *
 * @since 0.1.0
 */
public final class ProviderTrust {
    /** How many signers' chains are remembered unless configured otherwise: more than there are providers. */
    public static final int DEFAULT_CACHED_CHAINS = 256;

    /** The largest opaque CMS structure that is looked at unless configured otherwise, in bytes. */
    public static final int DEFAULT_MAXIMUM_OPAQUE_BYTES = 128 * 1024 * 1024;

    private final CmsSupport support;

    private ProviderTrust(TrustSettings settings) {
        this.support = CmsSupport.of(settings);
    }

    /**
     * Returns the trust that fits receipts since 2018: the public key of "AgID CA1" (facts 1.6), for the providers its
     * certificates name.
     *
     * @return the trust, never null
     */
    public static ProviderTrust defaults() {
        return builder().defaultAnchors().build();
    }

    /**
     * Starts a configuration without any anchor.
     *
     * @return a builder, never null
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Tells whether signatures can be verified at all.
     *
     * @return false when Bouncy Castle is absent, in which case {@link #verifier()} says {@link Verdict#NOT_CHECKED} to
     *     everything
     */
    public static boolean isAvailable() {
        return CmsSupport.isAvailable();
    }

    /**
     * Returns the verifier.
     *
     * @return always the same one, thread-safe, never null
     */
    public SignatureVerifier verifier() {
        return support;
    }

    /**
     * Returns what takes the content out of opaque signatures.
     *
     * @return always the same one, thread-safe, never null; finds nothing when Bouncy Castle is absent
     */
    public OpaqueContent opaqueContent() {
        return support;
    }

    /**
     * Configures a {@link ProviderTrust}. Not thread-safe. Every anchor adds to those before.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private final List<TrustAnchor> anchors = new ArrayList<>();
        private final Set<String> allowedDomains = new HashSet<>();
        private @Nullable RevocationCheck revocationCheck;
        private InstantSource clock = InstantSource.system();
        private int cachedChains = DEFAULT_CACHED_CHAINS;
        private int maximumOpaqueBytes = DEFAULT_MAXIMUM_OPAQUE_BYTES;

        private Builder() {}

        /**
         * Trusts the public key of "AgID CA1", SPKI SHA-256
         * {@code 39e3c6c6f13c9620775172694d20f81edad55a8613934cdaa7c3793a6d26b86b}, for the providers that its certificates
         * permit: those this release knows of, and those in a later genuine certificate that the mail carries.
         *
         * @return this
         */
        public Builder defaultAnchors() {
            anchors.add(KnownAnchors.AGID);
            return this;
        }

        /**
         * Trusts "DigitPA CA1" as well, for signatures made before it ended on 14 January 2018. Not part of
         * {@link #defaultAnchors()} because its receipts rest on SHA-1 and RSA keys of 1024 bits.
         *
         * @return this
         */
        public Builder includeDigitPa() {
            anchors.add(KnownAnchors.DIGITPA);
            return this;
        }

        /**
         * Trusts the key in a certificate, within that certificate's name constraints and path length. Where it was not in
         * force at the time of signing, one for the same key that the mail carries and that was in force will do. A
         * certificate that is not an authority's stands for its holder alone.
         *
         * @param certificate the certificate of an authority or of one provider
         * @return this
         */
        public Builder anchor(X509Certificate certificate) {
            anchors.add(new TrustAnchor.OfCertificate(Objects.requireNonNull(certificate, "certificate")));
            return this;
        }

        /**
         * Trusts every certificate in a PEM text as {@link #anchor(X509Certificate)} does.
         *
         * @param pem text with one or more {@code BEGIN CERTIFICATE} blocks; anything around them is ignored
         * @return this
         * @throws IllegalArgumentException if there is no certificate or one cannot be read
         */
        public Builder anchorsPem(String pem) {
            PemCertificates.read(pem).forEach(this::anchor);
            return this;
        }

        /**
         * Trusts every certificate in a PEM file as {@link #anchor(X509Certificate)} does.
         *
         * @param file the file, read now and never again
         * @return this
         * @throws UncheckedIOException if the file cannot be read
         * @throws IllegalArgumentException if there is no certificate or one cannot be read
         */
        public Builder anchorsPem(Path file) {
            try {
                return anchorsPem(Files.readString(file, StandardCharsets.ISO_8859_1));
            } catch (IOException unreadable) {
                throw new UncheckedIOException("the anchors' PEM file " + file + " cannot be read", unreadable);
            }
        }

        /**
         * Trusts a key by its fingerprint, with no restriction but what the mail's own certificate for it states. Whoever
         * sends the mail may leave that certificate's restrictions out, so prefer {@link #anchor(X509Certificate)} where the
         * authority issues to others than PEC providers.
         *
         * @param spkiSha256 the SHA-256 of the SubjectPublicKeyInfo in hexadecimal, colons allowed
         * @return this
         * @throws IllegalArgumentException if it is not 64 hexadecimal digits
         */
        public Builder anchorKey(String spkiSha256) {
            anchors.add(new TrustAnchor.OfKey(spkiSha256));
            return this;
        }

        /**
         * Lets nobody count but the providers of some mail domains, within what the anchors vouch for. Without it they all
         * do.
         *
         * @param domains domains as in the provider's {@code posta-certificata@} address, in any case; added to those before
         * @return this
         * @throws IllegalArgumentException if one is blank or contains an {@code @}
         */
        public Builder allowedDomains(Collection<String> domains) {
            for (String domain : domains) {
                if (domain.isBlank() || domain.indexOf('@') >= 0) {
                    throw new IllegalArgumentException(
                            "an allowed domain must be a domain such as pec.example.it, not \"" + domain + "\"");
                }
                allowedDomains.add(domain.strip().toLowerCase(Locale.ROOT));
            }
            return this;
        }

        /**
         * Asks a host's check before anything is trusted. Off by default.
         *
         * @param check the check
         * @return this
         */
        public Builder revocationCheck(RevocationCheck check) {
            this.revocationCheck = Objects.requireNonNull(check, "check");
            return this;
        }

        /**
         * Sets the clock that tells whether a signing time lies in the future. The system's by default.
         *
         * @param source the clock
         * @return this
         */
        public Builder clock(InstantSource source) {
            this.clock = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Sets how many signers' chains are remembered. {@link #DEFAULT_CACHED_CHAINS} by default; a chain takes some 20 kB.
         *
         * @param count how many, at least 0
         * @return this
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder cachedChains(int count) {
            if (count < 0) {
                throw new IllegalArgumentException("the number of cached chains must not be negative, but is " + count);
            }
            this.cachedChains = count;
            return this;
        }

        /**
         * Sets the largest opaque CMS structure that is looked at; it is held in memory.
         * {@link #DEFAULT_MAXIMUM_OPAQUE_BYTES} by default.
         *
         * @param bytes how many, at least 1
         * @return this
         * @throws IllegalArgumentException if the number is not positive
         */
        public Builder maximumOpaqueBytes(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("the limit of opaque signatures must be positive, but is " + bytes);
            }
            this.maximumOpaqueBytes = bytes;
            return this;
        }

        /**
         * Creates the trust.
         *
         * @return the trust, never null
         * @throws IllegalStateException if no anchor was given
         * @throws IllegalArgumentException if an anchor's key is of a kind or size that is not supported
         */
        public ProviderTrust build() {
            if (anchors.isEmpty()) {
                throw new IllegalStateException(
                        "no trust anchor is configured: call defaultAnchors(), anchor, anchorsPem or anchorKey");
            }
            return new ProviderTrust(new TrustSettings(
                    anchors,
                    allowedDomains,
                    Optional.ofNullable(revocationCheck),
                    clock,
                    cachedChains,
                    maximumOpaqueBytes));
        }
    }
}
