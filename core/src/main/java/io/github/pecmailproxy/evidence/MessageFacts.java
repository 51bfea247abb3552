package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientRole;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.TrackedMessage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of a message.
 *
 * @param recipients whom it went to and what became of it
 */
record MessageFacts(
        String tenant,
        String id,
        String account,
        boolean pec,
        String messageId,
        String sender,
        String subject,
        @Nullable String providerMessageId,
        int attempts,
        MessageState state,
        Instant enqueuedAt,
        @Nullable Instant sentAt,
        List<Recipient> recipients) {
    MessageFacts {
        recipients = List.copyOf(recipients);
    }

    /** What became of the message for one recipient. */
    record Recipient(
            String address,
            RecipientRole role,
            RecipientState state,
            @Nullable String reason,
            @Nullable String detail,
            @Nullable Instant changedAt) {}

    static MessageFacts of(TrackedMessage message) {
        return new MessageFacts(
                message.key().tenant(),
                message.key().id(),
                message.account(),
                message.pec(),
                message.messageId(),
                message.envelopeFrom(),
                message.subject(),
                message.providerMessageId(),
                message.attempts(),
                message.state(),
                message.enqueuedAt(),
                message.sentAt(),
                message.recipients().stream()
                        .map(recipient -> new Recipient(
                                recipient.address(),
                                recipient.role(),
                                recipient.state(),
                                recipient.reason(),
                                recipient.detail(),
                                recipient.changedAt()))
                        .toList());
    }
}
