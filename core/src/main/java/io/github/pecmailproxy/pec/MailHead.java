package io.github.pecmailproxy.pec;

import java.util.Objects;
import java.util.Optional;

/**
 * What the outermost headers of a mail say. None of it is signed (facts 0.6): good for sorting and searching, never for
 * proof. Immutable and thread-safe.
 *
 * @param messageId the mail's own {@code Message-ID}, with angle brackets, without comments and blanks
 * @param from the bare address of the only {@code From}; empty when there is none, more than one, or it cannot be read
 * @param subject the {@code Subject}, decoded
 * @param receipt {@code X-Ricevuta}, trimmed and in lower case
 * @param transport {@code X-Trasporto}, trimmed and in lower case
 * @param referenceMessageId {@code X-Riferimento-Message-ID}, or {@code REM-UAMessageIdentifier} where that is absent, with
 *     angle brackets
 * @param securityCheck {@code X-VerificaSicurezza}, trimmed and in lower case
 * @param remEvent {@code REM-EventIdentifier}, as written
 * @param trackingId the tracking header's value, from the mail itself or else from the headers of the original attached to
 *     it: a hint (facts 0.3)
 * @since 0.1.0
 */
public record MailHead(
        Optional<String> messageId,
        Optional<String> from,
        Optional<String> subject,
        Optional<String> receipt,
        Optional<String> transport,
        Optional<String> referenceMessageId,
        Optional<String> securityCheck,
        Optional<String> remEvent,
        Optional<String> trackingId) {
    /** The head of something that has none. */
    static final MailHead EMPTY = new MailHead(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /** Checks that nothing is null. */
    public MailHead {
        Objects.requireNonNull(messageId, "messageId");
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(receipt, "receipt");
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(referenceMessageId, "referenceMessageId");
        Objects.requireNonNull(securityCheck, "securityCheck");
        Objects.requireNonNull(remEvent, "remEvent");
        Objects.requireNonNull(trackingId, "trackingId");
    }
}
