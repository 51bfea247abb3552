package io.github.pecmailproxy.pec.trust;

import io.github.pecmailproxy.pec.trust.AnchorStore.Terms;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.jspecify.annotations.Nullable;

/**
 * Finds the chains from a signer's certificate to the anchors. Immutable and thread-safe.
 *
 * <p>Works from the anchors down: a key out of the mail is used only after a trusted key has vouched for it, so certificates
 * that lead nowhere cost no more than one signature check for each anchor, however they are woven together.
 *
 * <p>Only an anchor's key is pinned, and anybody can wrap a public key in a certificate that says what he likes. Whoever sends
 * a mail therefore chooses among the genuine certificates of an authority and may invent others; what he presents must never
 * widen what the authority may vouch for. So a certificate for an anchor's key counts only when the host configured it, when
 * the host pinned the bare key and thereby left its terms open, or, for an anchor this library knows, when the authority above
 * it signed it. Otherwise the terms that came with the configuration alone apply. One exception is made for time: when a
 * configured certificate was not yet or no longer in force, one from the mail for the same key that was, and that accepts the
 * chain as well, may stand in, because an authority that is re-issued with the same key is still the one the host trusts.
 */
final class ChainFinder {
    private static final int MAXIMUM_INTERMEDIATES = 4;
    private static final int MAXIMUM_CHAINS = 16;
    private static final int MAXIMUM_SIGNATURE_CHECKS = 128;

    /**
     * A chain whose signatures hold and whose rules are kept at any time inside a window.
     *
     * @param certificates the signer's first
     * @param window when a signature may have been made
     */
    record Chain(List<X509Certificate> certificates, TimeWindow window) {}

    /**
     * What the search found.
     *
     * @param chains the chains, at least one unless there is a reason
     * @param reason why there is none, empty otherwise
     */
    record Result(List<Chain> chains, Optional<String> reason) {}

    private final AnchorStore anchors;

    ChainFinder(AnchorStore anchors) {
        this.anchors = anchors;
    }

    /**
     * Finds all chains.
     *
     * @param signer the signer's certificate
     * @param carried the certificates that the mail carries
     */
    Result find(ParsedCertificate signer, List<ParsedCertificate> carried) {
        Search search = new Search(signer, carried);
        if (anchors.vouchesFor(signer)) {
            search.add(List.of(signer), signer.validity(), null);
        }
        for (Map.Entry<String, AnchorStore.Entry> anchor : anchors.entries().entrySet()) {
            search.below(anchor.getKey(), anchor.getValue());
        }
        return search.result();
    }

    /** One search; not thread-safe. */
    private final class Search {
        private final ParsedCertificate signer;
        private final List<ParsedCertificate> carried;
        private final List<Chain> chains = new ArrayList<>();
        private @Nullable String reason;
        private int signatureChecks;

        Search(ParsedCertificate signer, List<ParsedCertificate> carried) {
            this.signer = signer;
            this.carried = carried;
        }

        Result result() {
            if (!chains.isEmpty()) {
                return new Result(List.copyOf(chains), Optional.empty());
            }
            return new Result(
                    List.of(),
                    Optional.of(
                            reason == null ? "the signer's certificate does not lead to a trusted anchor" : reason));
        }

        void below(String pin, AnchorStore.Entry anchor) {
            List<ParsedCertificate> holders = carried.stream()
                    .filter(certificate -> certificate.key().sha256().equals(pin))
                    .toList();
            AsymmetricKeyParameter key = anchor.key();
            if (key == null) {
                key = holders.stream()
                        .flatMap(holder -> holder.key().usable().stream())
                        .findFirst()
                        .orElse(null);
            }
            if (key == null) {
                return;
            }
            Link top = new Link(anchor, holders);
            descend(key, null, List.of(), top);
        }

        /** Follows a trusted key to what it signed: the signer, or intermediate authorities on the way to it. */
        private void descend(
                AsymmetricKeyParameter key,
                @Nullable ParsedCertificate issuer,
                List<ParsedCertificate> above,
                Link top) {
            if (chains.size() >= MAXIMUM_CHAINS) {
                return;
            }
            if ((issuer == null || signer.issuer().equals(issuer.subject())) && isSigned(signer, key)) {
                List<ParsedCertificate> path = new ArrayList<>(above);
                path.add(signer);
                complete(path, top);
            }
            if (above.size() >= MAXIMUM_INTERMEDIATES) {
                return;
            }
            for (ParsedCertificate next : carried) {
                if (next == signer
                        || above.contains(next)
                        || anchors.contains(next.key())
                        || next.key().usable().isEmpty()
                        || (issuer != null && !next.issuer().equals(issuer.subject()))
                        || next.objectionAsIssuer().isPresent()
                        || !isSigned(next, key)) {
                    continue;
                }
                List<ParsedCertificate> path = new ArrayList<>(above);
                path.add(next);
                descend(next.key().usable().get(), next, path, top);
            }
        }

        /** Judges a path, topmost intermediate first, that the signatures hold together. */
        private void complete(List<ParsedCertificate> path, Link top) {
            TimeWindow window = TimeWindow.ALWAYS;
            for (int i = 0; i < path.size(); i++) {
                ParsedCertificate certificate = path.get(i);
                window = window.intersect(certificate.validity());
                Optional<String> weakness = certificate.weakness();
                if (weakness.isPresent()) {
                    refuse(weakness.get());
                    return;
                }
                boolean isSigner = i == path.size() - 1;
                if (!isSigner && !obeyed(certificate.pathLength(), certificate.nameConstraints(), path, i + 1)) {
                    return;
                }
            }
            top.judge(path, window);
        }

        /** Tells whether what lies below an authority keeps to the terms of its certificate. */
        private boolean obeyed(int pathLength, NameConstraintSet names, List<ParsedCertificate> path, int from) {
            long intermediates = path.subList(from, path.size() - 1).stream()
                    .filter(certificate -> !certificate.selfIssued())
                    .count();
            if (intermediates > pathLength) {
                refuse("the chain is longer than one of its authorities allows");
                return false;
            }
            for (int i = from; i < path.size(); i++) {
                ParsedCertificate certificate = path.get(i);
                // RFC 5280 section 6.1.4 (b): self-issued certificates are exempt unless they are the last.
                boolean exempt = certificate.selfIssued() && i < path.size() - 1;
                if (!exempt && !names.allows(certificate)) {
                    refuse("the signer's names are outside those its authority may vouch for");
                    return false;
                }
            }
            return true;
        }

        private void add(List<ParsedCertificate> path, TimeWindow window, @Nullable ParsedCertificate anchor) {
            List<X509Certificate> certificates = new ArrayList<>();
            for (int i = path.size() - 1; i >= 0; i--) {
                certificates.add(path.get(i).certificate());
            }
            if (anchor != null) {
                certificates.add(anchor.certificate());
            }
            chains.add(new Chain(List.copyOf(certificates), window));
        }

        private boolean isSigned(ParsedCertificate certificate, AsymmetricKeyParameter key) {
            return ++signatureChecks <= MAXIMUM_SIGNATURE_CHECKS && certificate.signedBy(key);
        }

        private void refuse(String sentence) {
            reason = reason == null ? sentence : reason;
        }

        /** An anchor and the certificates that the mail presents for its key. */
        private final class Link {
            private final AnchorStore.Entry anchor;
            private final List<ParsedCertificate> holders;

            Link(AnchorStore.Entry anchor, List<ParsedCertificate> holders) {
                this.anchor = anchor;
                this.holders = holders;
            }

            void judge(List<ParsedCertificate> path, TimeWindow window) {
                List<Terms> presented = new ArrayList<>();
                List<Terms> believed = new ArrayList<>();
                for (ParsedCertificate holder : holders) {
                    Optional<Terms> terms = Terms.of(holder, false);
                    if (terms.isEmpty()) {
                        refuse("a certificate for the anchor's key is not an authority's");
                    } else {
                        presented.add(terms.get());
                        if (anchor.believes(holder)) {
                            believed.add(terms.get());
                        }
                    }
                }
                if (anchor.keyOnly() && holders.isEmpty()) {
                    add(path, window, null);
                }
                // The most telling certificate first, for the chain that is shown.
                for (Terms terms : believed) {
                    accept(terms, path, window);
                }
                for (Terms terms : anchor.terms()) {
                    if (!accept(terms, path, window) || !terms.renewable()) {
                        continue;
                    }
                    for (Terms renewed : presented) {
                        accept(renewed, path, window);
                    }
                }
            }

            private boolean accept(Terms terms, List<ParsedCertificate> path, TimeWindow window) {
                if (terms.subject() != null
                        && !terms.subject().equals(path.get(0).issuer())) {
                    refuse("a certificate in the chain names another issuer than the one that signed it");
                    return false;
                }
                if (!obeyed(terms.pathLength(), terms.names(), path, 0)) {
                    return false;
                }
                add(path, window.intersect(terms.window()), terms.certificate());
                return true;
            }
        }
    }
}
