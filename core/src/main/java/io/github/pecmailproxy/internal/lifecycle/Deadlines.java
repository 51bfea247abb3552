package io.github.pecmailproxy.internal.lifecycle;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Until when the receipts of a message that was sent are awaited. */
final class Deadlines {
    /** After the 12 hour notice the outcome may lawfully take until hour 24; one that comes by itself later is worth some hours. */
    static final Duration GRACE_AFTER_DELAY = Duration.ofHours(4);

    private Deadlines() {}

    /** Returns when the acceptance is overdue; empty when it is not awaited, or its alarm was raised. */
    static Optional<Instant> acceptance(TrackedMessage message, MailAccount account) {
        boolean awaited = message.pec()
                && message.state() == MessageState.SENT
                && message.acceptanceOverdueAt() == null
                && message.sentAt() != null;
        return awaited
                ? Optional.of(Objects.requireNonNull(message.sentAt()).plus(account.acceptanceTimeout()))
                : Optional.empty();
    }

    /** Returns when a recipient's outcome is overdue; empty when it is not awaited, or its alarm was raised. */
    static Optional<Instant> delivery(TrackedMessage message, RecipientStatus recipient, MailAccount account) {
        Instant sentAt = message.sentAt();
        boolean awaited = message.pec()
                && (message.state() == MessageState.SENT || message.state() == MessageState.ACCEPTED)
                && recipient.state().isOpen()
                && recipient.overdueAt() == null;
        if (!awaited || sentAt == null) {
            return Optional.empty();
        }
        Instant due = sentAt.plus(account.deliveryTimeout());
        return Optional.of(recipient.state() == RecipientState.DELAYED ? due.plus(GRACE_AFTER_DELAY) : due);
    }

    /** Returns the message with its deadline set to the earliest that applies to it now. */
    static TrackedMessage set(TrackedMessage.Builder changed, MailAccount account) {
        TrackedMessage message = changed.build();
        Optional<Instant> earliest = acceptance(message, account);
        for (RecipientStatus recipient : message.recipients()) {
            Optional<Instant> due = delivery(message, recipient, account);
            if (due.isPresent() && (earliest.isEmpty() || due.get().isBefore(earliest.get()))) {
                earliest = due;
            }
        }
        return changed.deadline(earliest.orElse(null)).build();
    }

    /** Returns the recipients with one replaced. */
    static List<RecipientStatus> replace(List<RecipientStatus> recipients, RecipientStatus replacement) {
        return recipients.stream()
                .map(recipient -> recipient.address().equals(replacement.address()) ? replacement : recipient)
                .toList();
    }
}
