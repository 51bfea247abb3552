package io.github.pecmailproxy.pec;

import java.util.List;
import java.util.Optional;

/**
 * What {@link PecReceiptParser} found a mail to be. Immutable and thread-safe. A switch over the permitted types is
 * exhaustive; {@link CertifiedReceipt} is what speaks about a message that was sent.
 *
 * @since 0.1.0
 */
public sealed interface PecMail
        permits CertifiedReceipt, TransportEnvelope, AnomalyEnvelope, Bounce, OrdinaryMail, UnreadableMail {
    /**
     * Returns what the mail is.
     *
     * @return the kind, one for each implementation; never null
     */
    MailKind kind();

    /**
     * Returns what the outermost headers say.
     *
     * @return the head, never null
     */
    MailHead head();

    /**
     * Returns what the mail's signature is worth.
     *
     * @return the check, {@link Verdict#NOT_CHECKED} when the parser has no verifier; never null
     */
    SignatureCheck signature();

    /**
     * Returns what is wrong with the mail.
     *
     * @return the problems in the order found, empty when there are none; never null, immutable
     */
    List<Problem> problems();

    /**
     * Returns the mail's own {@code Message-ID}.
     *
     * @return the id with angle brackets, or empty when the mail has none
     */
    default Optional<String> messageId() {
        return head().messageId();
    }

    /**
     * Returns the bare address of the {@code From} header.
     *
     * @return the address as written; empty when there is none, more than one, or it cannot be read
     */
    default Optional<String> from() {
        return head().from();
    }

    /**
     * Returns the tracking header's value, from the mail itself or else from the headers of the original attached to it.
     *
     * @return the value, a hint and never a key (facts 0.3); empty when there is none
     */
    default Optional<String> trackingId() {
        return head().trackingId();
    }

    /**
     * Tells whether the mail has a problem.
     *
     * @param code the problem
     * @return true when it is among {@link #problems()}
     */
    default boolean hasProblem(ProblemCode code) {
        for (Problem problem : problems()) {
            if (problem.code() == code) {
                return true;
            }
        }
        return false;
    }
}
