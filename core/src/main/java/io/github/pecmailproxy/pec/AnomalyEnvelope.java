package io.github.pecmailproxy.pec;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A mail that is not certified, wrapped by the recipient's provider (busta di anomalia, RFC 6109 section 3.2.2). Nothing in
 * it is certified; a bounce from outside PEC arrives this way (facts 2.1). Immutable and thread-safe.
 *
 * @param head what the outermost headers say
 * @param signature what the envelope's signature is worth; it says nothing about the wrapped mail
 * @param problems what is wrong
 * @param wrapped the wrapped mail, to be {@linkplain AttachedMail#parse(PecReceiptParser) parsed} where wanted
 * @since 0.1.0
 */
public record AnomalyEnvelope(
        MailHead head, SignatureCheck signature, List<Problem> problems, Optional<AttachedMail> wrapped)
        implements PecMail {
    /** Checks that nothing is null and copies the list. */
    public AnomalyEnvelope {
        Objects.requireNonNull(head, "head");
        Objects.requireNonNull(signature, "signature");
        problems = List.copyOf(problems);
        Objects.requireNonNull(wrapped, "wrapped");
    }

    @Override
    public MailKind kind() {
        return MailKind.ANOMALY_ENVELOPE;
    }
}
