package io.github.pecmailproxy.pec;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A delivery status notification (RFC 3464): what an ordinary mail server says about a message. Never certified, so never a
 * PEC outcome. Immutable and thread-safe.
 *
 * @param head what the outermost headers say
 * @param signature what the signature is worth
 * @param problems what is wrong
 * @param reportingServer the server that reports ({@code Reporting-MTA} without its type), as written
 * @param recipients one entry a recipient, in order
 * @param returnedMessageId the {@code Message-ID} in the returned message or its headers, with angle brackets
 * @param returnedReferenceMessageId the {@code X-Riferimento-Message-ID} there, with angle brackets: the sender's own id
 *     where the returned message is a transport envelope (facts 2.1)
 * @param sentTo the addresses that the notification itself was sent to, as {@code To}, {@code Delivered-To}, {@code X-Original-To}
 *     and {@code Original-Recipient} name them where they name one each, as written: the reverse path of the message that bounced,
 *     unless somebody made it up
 * @since 0.1.0
 */
public record Bounce(
        MailHead head,
        SignatureCheck signature,
        List<Problem> problems,
        Optional<String> reportingServer,
        List<BouncedRecipient> recipients,
        Optional<String> returnedMessageId,
        Optional<String> returnedReferenceMessageId,
        List<String> sentTo)
        implements PecMail {
    /** Checks that nothing is null and copies the lists. */
    public Bounce {
        Objects.requireNonNull(head, "head");
        Objects.requireNonNull(signature, "signature");
        problems = List.copyOf(problems);
        Objects.requireNonNull(reportingServer, "reportingServer");
        recipients = List.copyOf(recipients);
        Objects.requireNonNull(returnedMessageId, "returnedMessageId");
        Objects.requireNonNull(returnedReferenceMessageId, "returnedReferenceMessageId");
        sentTo = List.copyOf(sentTo);
    }

    @Override
    public MailKind kind() {
        return MailKind.BOUNCE;
    }
}
