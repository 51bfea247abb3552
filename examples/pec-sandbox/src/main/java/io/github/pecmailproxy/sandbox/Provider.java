package io.github.pecmailproxy.sandbox;

import java.util.Objects;

/**
 * One simulated PEC provider. Immutable.
 *
 * @param domain its mail domain; its receipts come from {@code posta-certificata@} this domain
 * @param name its name, as in daticert's {@code gestore-emittente} and the certificate
 * @param shape how it writes mails
 * @param digest what it signs with
 * @since 0.1.0
 */
public record Provider(String domain, String name, WireShape shape, SignatureDigest digest) {
    /** Checks the parts. */
    public Provider {
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(digest, "digest");
        if (!MailAddresses.isValid("posta-certificata@" + domain)) {
            throw new IllegalArgumentException("domain must be a mail domain such as pec.example, was: " + domain);
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
    }

    /**
     * Returns the address that its mails come from and that its certificate names.
     *
     * @return the address, never null
     */
    public String address() {
        return "posta-certificata@" + domain;
    }
}
