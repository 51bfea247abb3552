package io.github.pecmailproxy.pec.trust;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.jspecify.annotations.Nullable;

/** The configured anchors, one entry for each key. Immutable and thread-safe. */
final class AnchorStore {
    /**
     * What an anchor allows the certificates below it.
     *
     * @param window when signatures may have been made
     * @param pathLength how many intermediate certificates may lie between the anchor and the signer
     * @param names the names it may vouch for
     * @param subject the name that certificates below must give as their issuer, null when any will do
     * @param certificate where this comes from, null when from this library's own knowledge
     * @param renewable whether a mail may bring a later certificate for the same key that extends the window
     */
    record Terms(
            TimeWindow window,
            int pathLength,
            NameConstraintSet names,
            @Nullable X500Name subject,
            @Nullable ParsedCertificate certificate,
            boolean renewable) {
        static Optional<Terms> of(ParsedCertificate certificate, boolean renewable) {
            return certificate.objectionAsIssuer().isPresent()
                    ? Optional.empty()
                    : Optional.of(new Terms(
                            certificate.validity(),
                            certificate.pathLength(),
                            certificate.nameConstraints(),
                            certificate.subject(),
                            certificate,
                            renewable));
        }
    }

    /**
     * One trusted key.
     *
     * @param key the key, null while only its fingerprint is known
     * @param terms the terms that come with the configuration
     * @param keyOnly whether the key was pinned without a certificate, so that one from the mail is taken at its word
     * @param reissuer the key that makes a certificate from the mail genuine, null when there is none
     */
    record Entry(
            @Nullable AsymmetricKeyParameter key,
            List<Terms> terms,
            boolean keyOnly,
            @Nullable AsymmetricKeyParameter reissuer) {
        private static final Entry EMPTY = new Entry(null, List.of(), false, null);

        private Entry with(AsymmetricKeyParameter other, List<Terms> more, @Nullable AsymmetricKeyParameter signer) {
            List<Terms> all = new ArrayList<>(terms);
            all.addAll(more);
            return new Entry(other, List.copyOf(all), keyOnly, signer == null ? reissuer : signer);
        }

        private Entry pinned() {
            return new Entry(key, terms, true, reissuer);
        }

        /** Tells whether a certificate that the mail brings for this key may be taken at its word. */
        boolean believes(ParsedCertificate certificate) {
            return keyOnly || (reissuer != null && certificate.signedBy(reissuer));
        }
    }

    private final Map<String, Entry> entries;
    private final List<ParsedCertificate> certificates;

    /**
     * Prepares the anchors.
     *
     * @throws IllegalArgumentException if a certificate cannot be read or its key is of an unsupported kind or size
     */
    AnchorStore(Collection<TrustAnchor> anchors) {
        Map<String, Entry> prepared = new LinkedHashMap<>();
        List<ParsedCertificate> configured = new ArrayList<>();
        for (TrustAnchor anchor : anchors) {
            if (anchor instanceof TrustAnchor.OfKey pin) {
                prepared.put(pin.sha256(), entry(prepared, pin.sha256()).pinned());
            } else if (anchor instanceof TrustAnchor.OfCertificate given) {
                ParsedCertificate certificate = parse(given);
                configured.add(certificate);
                String pin = certificate.key().sha256();
                // Without the right to issue there are no terms: the certificate then stands for its holder alone.
                List<Terms> terms = Terms.of(certificate, true).map(List::of).orElse(List.of());
                prepared.put(pin, entry(prepared, pin).with(usable(certificate.key()), terms, null));
            } else if (anchor instanceof TrustAnchor.Known known) {
                PublicKeyValue key = decode(known.key());
                NameConstraintSet names = known.mailDomains().isEmpty()
                        ? NameConstraintSet.NONE
                        : NameConstraintSet.ofMailDomains(known.mailDomains());
                AsymmetricKeyParameter reissuer =
                        known.reissuerKey().isEmpty() ? null : usable(decode(known.reissuerKey()));
                List<Terms> terms = List.of(new Terms(known.window(), 0, names, null, null, false));
                prepared.put(key.sha256(), entry(prepared, key.sha256()).with(usable(key), terms, reissuer));
            }
        }
        this.entries = Map.copyOf(prepared);
        this.certificates = List.copyOf(configured);
    }

    private static Entry entry(Map<String, Entry> prepared, String pin) {
        return prepared.getOrDefault(pin, Entry.EMPTY);
    }

    private static ParsedCertificate parse(TrustAnchor.OfCertificate given) {
        try {
            return ParsedCertificate.parse(given.certificate().getEncoded())
                    .orElseThrow(() -> new IllegalArgumentException("the anchor certificate of "
                            + given.certificate().getSubjectX500Principal() + " cannot be read"));
        } catch (CertificateEncodingException unreadable) {
            throw new IllegalArgumentException("the anchor certificate cannot be encoded", unreadable);
        }
    }

    private static PublicKeyValue decode(String base64) {
        try {
            return PublicKeyValue.of(
                    SubjectPublicKeyInfo.getInstance(Base64.getMimeDecoder().decode(base64)));
        } catch (IOException impossible) {
            throw new IllegalArgumentException("the anchor key cannot be read", impossible);
        }
    }

    private static AsymmetricKeyParameter usable(PublicKeyValue key) {
        return key.usable()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the anchor key must be RSA of 1024 to 4096 bits or EC on P-256, P-384 or P-521"));
    }

    /**
     * Tells whether a certificate is trusted in its own right. Its key being an anchor's is not enough: whoever holds the key
     * could put any address into a certificate of his own making.
     */
    boolean vouchesFor(ParsedCertificate signer) {
        Entry entry = entries.get(signer.key().sha256());
        return entry != null
                && (entry.keyOnly()
                        || certificates.stream()
                                .anyMatch(known -> known.certificate().equals(signer.certificate())));
    }

    boolean contains(PublicKeyValue key) {
        return entries.containsKey(key.sha256());
    }

    Map<String, Entry> entries() {
        return entries;
    }

    /** Returns the configured certificates, among which a signer may be found whose mail does not carry its own. */
    List<ParsedCertificate> certificates() {
        return certificates;
    }
}
