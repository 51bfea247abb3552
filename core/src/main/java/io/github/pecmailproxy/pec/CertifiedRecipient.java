package io.github.pecmailproxy.pec;

import java.util.Objects;

/**
 * One recipient as the certification lists it. Immutable and thread-safe.
 *
 * @param address the address as written, possibly not a valid one; never null
 * @param type whether it is a certified mailbox; a daticert that does not say means certified (DTD default)
 * @since 0.1.0
 */
public record CertifiedRecipient(String address, RecipientType type) {
    /** Checks that nothing is null. */
    public CertifiedRecipient {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(type, "type");
    }
}
