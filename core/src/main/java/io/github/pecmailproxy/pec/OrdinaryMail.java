package io.github.pecmailproxy.pec;

import java.util.List;
import java.util.Objects;

/**
 * A mail that is none of the others: it carries no mark of PEC or REM, and is no delivery status notification.
 * Immutable and thread-safe.
 *
 * @param head what the outermost headers say
 * @param signature what the signature is worth
 * @param problems what is wrong
 * @since 0.1.0
 */
public record OrdinaryMail(MailHead head, SignatureCheck signature, List<Problem> problems) implements PecMail {
    /** Checks that nothing is null and copies the list. */
    public OrdinaryMail {
        Objects.requireNonNull(head, "head");
        Objects.requireNonNull(signature, "signature");
        problems = List.copyOf(problems);
    }

    @Override
    public MailKind kind() {
        return MailKind.ORDINARY;
    }
}
