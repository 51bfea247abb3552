package io.github.pecmailproxy.sandbox;

import java.util.Objects;

/**
 * One recipient of a message as the provider saw it. Immutable.
 *
 * @param address the address of the SMTP envelope, as written
 * @param certified true for a PEC mailbox ({@code certificato}), false for an ordinary one ({@code esterno})
 * @since 0.1.0
 */
public record MessageRecipient(String address, boolean certified) {
    /** Checks the parts. */
    public MessageRecipient {
        Objects.requireNonNull(address, "address");
    }
}
