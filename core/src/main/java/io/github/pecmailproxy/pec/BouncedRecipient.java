package io.github.pecmailproxy.pec;

import java.util.Objects;
import java.util.Optional;

/**
 * What a delivery status notification says about one recipient (RFC 3464 section 2.3). Immutable and thread-safe.
 *
 * @param finalRecipient the address the server tried ({@code Final-Recipient} without its type)
 * @param originalRecipient the address the sender wrote ({@code Original-Recipient} without its type)
 * @param action {@code failed}, {@code delayed}, {@code delivered}, {@code relayed} or {@code expanded}, in lower case
 * @param status the code, such as {@code 5.1.1}
 * @param diagnostic the server's words ({@code Diagnostic-Code} without its type), unfolded
 * @param remoteServer the server that said so ({@code Remote-MTA} without its type)
 * @since 0.1.0
 */
public record BouncedRecipient(
        Optional<String> finalRecipient,
        Optional<String> originalRecipient,
        Optional<String> action,
        Optional<String> status,
        Optional<String> diagnostic,
        Optional<String> remoteServer) {
    /** Checks that nothing is null. */
    public BouncedRecipient {
        Objects.requireNonNull(finalRecipient, "finalRecipient");
        Objects.requireNonNull(originalRecipient, "originalRecipient");
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(diagnostic, "diagnostic");
        Objects.requireNonNull(remoteServer, "remoteServer");
    }
}
