package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.PecEvent;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that a provider's signature proves of a message. Immutable and thread-safe.
 *
 * @param event what happened
 * @param originalMessageId the Message-ID of the message, with angle brackets
 * @param recipient to which recipient; empty for the whole message
 * @param time when, as certified
 * @param provider who certifies it, as the receipt names itself; empty when it does not
 * @param signer the subject of the certificate that it is signed with
 * @param file the receipt's file
 * @since 0.1.0
 */
public record ProvenEvent(
        PecEvent event,
        String originalMessageId,
        Optional<String> recipient,
        Instant time,
        Optional<String> provider,
        String signer,
        String file) {
    /** Checks that nothing is null. */
    public ProvenEvent {
        Objects.requireNonNull(event, "event");
        Objects.requireNonNull(originalMessageId, "originalMessageId");
        Objects.requireNonNull(recipient, "recipient");
        Objects.requireNonNull(time, "time");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(signer, "signer");
        Objects.requireNonNull(file, "file");
    }
}
