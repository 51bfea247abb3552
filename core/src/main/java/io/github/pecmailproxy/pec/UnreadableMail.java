package io.github.pecmailproxy.pec;

import java.util.List;
import java.util.Objects;

/**
 * Something that is not a mail: it has not one header field, or could not be read. The problems say why.
 * Immutable and thread-safe.
 *
 * @param head what the outermost headers say
 * @param signature what the signature is worth
 * @param problems what is wrong
 * @since 0.1.0
 */
public record UnreadableMail(MailHead head, SignatureCheck signature, List<Problem> problems) implements PecMail {
    /** Checks that nothing is null and copies the list. */
    public UnreadableMail {
        Objects.requireNonNull(head, "head");
        Objects.requireNonNull(signature, "signature");
        problems = List.copyOf(problems);
    }

    @Override
    public MailKind kind() {
        return MailKind.UNREADABLE;
    }
}
