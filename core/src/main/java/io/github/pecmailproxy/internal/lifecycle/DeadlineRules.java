package io.github.pecmailproxy.internal.lifecycle;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the passing of time makes of a message that was sent and whose receipts are awaited. Stateless and thread-safe. */
public final class DeadlineRules {
    /** When a mailbox could not be read up to a deadline, the deadline is looked at again after: 1 minute. */
    public static final Duration RECHECK_INTERVAL = Duration.ofMinutes(1);

    private DeadlineRules() {}

    /**
     * Raises the alarms that are due: at most one for each stage and recipient in the life of a message.
     *
     * @param message the message, its deadline passed
     * @param account its account
     * @param readUpTo up to when its mailbox was read: an alarm is raised only for what would have been seen by then
     * @param now the time
     * @return the change, which may consist of nothing but a later deadline
     */
    public static MessageChange overdue(
            TrackedMessage message, MailAccount account, Optional<Instant> readUpTo, Instant now) {
        List<NewEvent> events = new ArrayList<>();
        TrackedMessage.Builder next = message.next();
        boolean blind = false;
        Optional<Instant> acceptance = Deadlines.acceptance(message, account).filter(due -> !due.isAfter(now));
        if (acceptance.isPresent()) {
            if (wasRead(readUpTo, acceptance.get())) {
                next.acceptanceOverdueAt(now);
                events.add(new NewEvent(EventType.PEC_TIMEOUT, now, EventData.of("stage", "acceptance")));
            } else {
                blind = true;
            }
        }
        List<RecipientStatus> recipients = new ArrayList<>();
        for (RecipientStatus recipient : message.recipients()) {
            Optional<Instant> delivery =
                    Deadlines.delivery(message, recipient, account).filter(due -> !due.isAfter(now));
            if (delivery.isPresent() && wasRead(readUpTo, delivery.get())) {
                recipients.add(recipient.overdue(now));
                events.add(new NewEvent(
                        EventType.PEC_TIMEOUT,
                        now,
                        EventData.of("stage", "delivery").with("recipient", recipient.address())));
            } else {
                blind |= delivery.isPresent();
                recipients.add(recipient);
            }
        }
        TrackedMessage changed = Deadlines.set(next.recipients(recipients), account);
        if (blind) {
            changed = withDeadline(message, changed, now.plus(RECHECK_INTERVAL));
        }
        return new MessageChange(changed, events);
    }

    private static boolean wasRead(Optional<Instant> readUpTo, Instant due) {
        return readUpTo.isPresent() && !readUpTo.get().isBefore(due);
    }

    private static TrackedMessage withDeadline(TrackedMessage before, TrackedMessage changed, Instant deadline) {
        return before.next()
                .recipients(changed.recipients())
                .acceptanceOverdueAt(changed.acceptanceOverdueAt())
                .deadline(deadline)
                .build();
    }
}
