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
    /**
     * A deadline up to which the mailbox was not read is looked at again after as long as the mailbox has not been read, and at the
     * latest after: 1 minute. One that was read a moment ago is about to be read again, and the alarm is not to be late for it.
     */
    public static final Duration LONGEST_RECHECK = Duration.ofMinutes(1);

    /** The least of it: 1 second. */
    public static final Duration SHORTEST_RECHECK = Duration.ofSeconds(1);

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
            changed = withDeadline(message, changed, now.plus(recheckAfter(readUpTo, now)));
        }
        return new MessageChange(changed, events);
    }

    private static Duration recheckAfter(Optional<Instant> readUpTo, Instant now) {
        Duration unread = readUpTo.map(read -> Duration.between(read, now)).orElse(LONGEST_RECHECK);
        if (unread.compareTo(SHORTEST_RECHECK) < 0) {
            return SHORTEST_RECHECK;
        }
        return unread.compareTo(LONGEST_RECHECK) < 0 ? unread : LONGEST_RECHECK;
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
