package io.github.pecmailproxy.pec;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A receipt or notice of a PEC provider (RFC 6109): a mail with {@code X-Ricevuta} and without {@code X-Trasporto}. Immutable and
 * thread-safe.
 *
 * @param head what the outermost headers say
 * @param signature what the signature is worth
 * @param problems what is wrong
 * @param type what kind of receipt it is
 * @param certification what the provider certifies, where it can be read
 * @param failure why the message failed or is late, where it did or is
 * @param original the original message, where it is attached
 * @since 0.1.0
 */
public record PecReceipt(
        MailHead head,
        SignatureCheck signature,
        List<Problem> problems,
        ReceiptType type,
        Optional<Certification> certification,
        Optional<Failure> failure,
        Optional<AttachedMail> original)
        implements CertifiedReceipt {
    /** Checks that nothing is null and copies the list. */
    public PecReceipt {
        Objects.requireNonNull(head, "head");
        Objects.requireNonNull(signature, "signature");
        problems = List.copyOf(problems);
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(certification, "certification");
        Objects.requireNonNull(failure, "failure");
        Objects.requireNonNull(original, "original");
    }

    @Override
    public MailKind kind() {
        return MailKind.RECEIPT;
    }
}
