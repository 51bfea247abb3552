package io.github.pecmailproxy.pec;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A certified message that came in, wrapped by the sender's provider (busta di trasporto, RFC 6109 section 3.1.5; REM
 * dispatch). Never a receipt, whatever else its headers say (facts 0.5). Immutable and thread-safe.
 *
 * @param head what the outermost headers say
 * @param signature what the signature is worth
 * @param problems what is wrong
 * @param certification what the provider certifies, where it can be read
 * @param message the certified message, where it is attached
 * @since 0.1.0
 */
public record TransportEnvelope(
        MailHead head,
        SignatureCheck signature,
        List<Problem> problems,
        Optional<Certification> certification,
        Optional<AttachedMail> message)
        implements PecMail {
    /** Checks that nothing is null and copies the list. */
    public TransportEnvelope {
        Objects.requireNonNull(head, "head");
        Objects.requireNonNull(signature, "signature");
        problems = List.copyOf(problems);
        Objects.requireNonNull(certification, "certification");
        Objects.requireNonNull(message, "message");
    }

    @Override
    public MailKind kind() {
        return MailKind.TRANSPORT_ENVELOPE;
    }
}
