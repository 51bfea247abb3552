package io.github.pecmailproxy.internal.lifecycle;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the host or a person makes of a message. Empty where the message's state does not allow it. Stateless and thread-safe. */
public final class OperatorRules {
    private static final String OPERATOR = "operator";

    private OperatorRules() {}

    /** Withdraws a message that waits. */
    public static Optional<MessageChange> cancel(TrackedMessage message, Instant now) {
        // Once an attempt may have arrived, nobody can say that it was withdrawn before it was sent.
        if (!message.state().isWaiting() || message.sentAt() != null || message.doubtSince() != null) {
            return Optional.empty();
        }
        return Optional.of(new MessageChange(
                message.next().state(MessageState.CANCELLED).deadline(null).build(),
                List.of(new NewEvent(EventType.CANCELLED, now, EventData.NONE))));
    }

    /** Lets a message that waits for a later time go at once. */
    public static Optional<MessageChange> hasten(TrackedMessage message, Instant now) {
        if (!message.state().isWaiting() || !message.dueAt().isAfter(now)) {
            return Optional.empty();
        }
        return Optional.of(new MessageChange(message.next().dueAt(now).build(), List.of()));
    }

    /** Decides a doubt: send the same bytes again. */
    public static Optional<MessageChange> resend(TrackedMessage message, Instant now) {
        if (message.state() != MessageState.IN_DOUBT) {
            return Optional.empty();
        }
        return Optional.of(new MessageChange(
                message.next()
                        .state(MessageState.DEFERRED)
                        .dueAt(now)
                        .deadline(null)
                        .build(),
                List.of(new NewEvent(
                        EventType.DEFERRED,
                        now,
                        EventData.of("reason", "sent again by decision of a person")
                                .with("resend", true)
                                .with("resolved_by", OPERATOR)))));
    }

    /** Decides a doubt: it went out. */
    public static Optional<MessageChange> markSent(TrackedMessage message, MailAccount account, Instant now) {
        if (message.state() != MessageState.IN_DOUBT) {
            return Optional.empty();
        }
        return Optional.of(new MessageChange(
                Deadlines.set(
                        message.next()
                                .state(MessageState.SENT)
                                .recipients(TransmissionRules.handedOver(message, now))
                                .sentAt(message.sentAt() == null ? now : message.sentAt())
                                .doubtSince(null)
                                .lastError(null),
                        account),
                List.of(new NewEvent(EventType.SENT, now, EventData.of("resolved_by", OPERATOR)))));
    }

    /** Decides a doubt: it did not go out and will not. What some recipients got in an earlier attempt stays sent, and only the rest fails. */
    public static Optional<MessageChange> fail(TrackedMessage message, String reason, Instant now) {
        if (message.state() != MessageState.IN_DOUBT) {
            return Optional.empty();
        }
        boolean partlySent = message.sentAt() != null;
        EventData data = EventData.of("error", reason).with("resolved_by", OPERATOR);
        List<RecipientStatus> recipients = new ArrayList<>();
        List<NewEvent> events = new ArrayList<>();
        if (!partlySent) {
            events.add(new NewEvent(EventType.ERROR, now, data));
        }
        for (RecipientStatus recipient : message.recipients()) {
            if (recipient.state() != RecipientState.PENDING) {
                recipients.add(recipient);
                continue;
            }
            recipients.add(recipient.become(RecipientState.FAILED, "not_sent", reason, now));
            if (partlySent) {
                events.add(new NewEvent(EventType.ERROR, now, data.with("recipient", recipient.address())));
            }
        }
        return Optional.of(new MessageChange(
                message.next()
                        .state(partlySent ? MessageState.SENT : MessageState.FAILED)
                        .doubtSince(null)
                        .recipients(recipients)
                        .deadline(null)
                        .lastError(reason)
                        .build(),
                events));
    }
}
