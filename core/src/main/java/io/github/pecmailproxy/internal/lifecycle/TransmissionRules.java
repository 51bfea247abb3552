package io.github.pecmailproxy.internal.lifecycle;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.UncertainDelivery;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.smtp.RefusedRecipient;
import io.github.pecmailproxy.smtp.RetryReason;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpReply;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the end of a transmission, or of the lease to make one, makes of a message. Thread-safe. */
public final class TransmissionRules {
    /** How often the mailbox is asked about a message in doubt before the policy decides: 1 minute. */
    public static final Duration DOUBT_CHECK_INTERVAL = Duration.ofMinutes(1);

    private final RetrySchedule schedule;
    private final MaximumAge maximumAge;

    /**
     * Creates the rules for messages that may grow as old as it takes.
     *
     * @param schedule when to try again
     */
    public TransmissionRules(RetrySchedule schedule) {
        this(schedule, MaximumAge.UNLIMITED);
    }

    /**
     * Creates the rules.
     *
     * @param schedule when to try again
     * @param maximumAge how long a message may wait
     */
    public TransmissionRules(RetrySchedule schedule, MaximumAge maximumAge) {
        this.schedule = schedule;
        this.maximumAge = maximumAge;
    }

    /** Returns the recipients that the next transmission is for: those of which nothing is known. */
    public static List<String> recipientsToSendTo(TrackedMessage message) {
        return message.recipients().stream()
                .filter(recipient -> recipient.state() == RecipientState.PENDING)
                .map(RecipientStatus::address)
                .toList();
    }

    /** Settles a transmission. */
    public MessageChange settled(TrackedMessage sending, SendOutcome outcome, MailAccount account, Instant now) {
        if (outcome instanceof SendOutcome.Accepted accepted) {
            return accepted(sending, accepted, account, EventData.NONE, now);
        }
        if (outcome instanceof SendOutcome.Refused refused) {
            return refused(sending, refused, now);
        }
        if (outcome instanceof SendOutcome.NotSent notSent) {
            EventData data = EventData.of("reason", notSent.detail())
                    .with("phase", notSent.phase().wireName());
            return retry(sending, RetryReason.NO_CONNECTION, notSent.detail(), data, List.of(), now);
        }
        if (outcome instanceof SendOutcome.AccountRefused refused) {
            return accountRefused(sending, refused, now);
        }
        if (outcome instanceof SendOutcome.Unknown unknown) {
            return inDoubt(sending, account.acceptanceTimeout(), unknown.detail(), now);
        }
        throw new IllegalStateException("the interface is sealed");
    }

    /** Gives a lease back whose transmission was not begun. */
    public MessageChange released(TrackedMessage sending) {
        int attempts = sending.attempts() - 1;
        return change(sending.next()
                .state(attempts == 0 ? MessageState.QUEUED : MessageState.DEFERRED)
                .attempts(attempts)
                .deadline(givenUpAt(sending))
                .build());
    }

    /** Returns when a message that waits is given up; null for never, and when an attempt may have arrived: that is no failure. */
    private @Nullable Instant givenUpAt(TrackedMessage message) {
        return message.doubtSince() == null ? maximumAge.end(message.enqueuedAt()) : null;
    }

    /** Tells whether a message that waits, or was leased and not begun, has waited for too long. */
    public boolean isTooOld(TrackedMessage message, Instant now) {
        Instant end = givenUpAt(message);
        return end != null && !end.isAfter(now);
    }

    /** Looks at a message that waits and whose deadline passed: ends it if it is too old by the settings of today. */
    public MessageChange waitedTooLong(TrackedMessage waiting, Instant now) {
        if (!isTooOld(waiting, now)) {
            return change(waiting.next().deadline(givenUpAt(waiting)).build());
        }
        String last = waiting.lastError() == null ? "" : ": " + waiting.lastError();
        return impossible(waiting, "not sent within " + maximumAge.limit() + last, now);
    }

    /** Decides about a message that a rate limit of its account holds back, where the account wants such messages rejected. */
    public MessageChange overRateLimit(TrackedMessage leased, Instant limitedUntil, Instant now) {
        if (leased.attempts() > 1 || leased.doubtSince() != null || leased.sentAt() != null) {
            return change(leased.next()
                    .state(MessageState.DEFERRED)
                    .attempts(leased.attempts() - 1)
                    .dueAt(limitedUntil)
                    .deadline(givenUpAt(leased))
                    .build());
        }
        return impossible(leased, "rejected: the account's rate limit is used up until " + limitedUntil, now);
    }

    /** Ends a message that cannot be sent for a reason that no server gave. */
    public MessageChange impossible(TrackedMessage sending, String reason, Instant now) {
        return failed(sending, now, reason, EventData.of("error", reason), List.of());
    }

    /** Holds a message back whose account is not there. */
    public MessageChange accountMissing(TrackedMessage sending, Duration wait, Instant now) {
        return heldBack(sending, "the account does not exist", wait, now);
    }

    /** Holds a message back whose account's settings cannot be read. */
    public MessageChange accountUnreadable(TrackedMessage sending, Duration wait, Instant now) {
        return heldBack(sending, "the account's settings cannot be read", wait, now);
    }

    private MessageChange heldBack(TrackedMessage sending, String reason, Duration wait, Instant now) {
        Instant due = now.plus(wait);
        return change(
                sending.next()
                        .state(MessageState.DEFERRED)
                        .attempts(sending.attempts() - 1)
                        .dueAt(due)
                        .deadline(givenUpAt(sending))
                        .lastError(reason)
                        .build(),
                event(EventType.DEFERRED, now, EventData.of("reason", reason).with("due_ts", due.getEpochSecond())));
    }

    /** Ends a lease whose time ran out: whoever held it may have transmitted the message. */
    public MessageChange leaseEnded(TrackedMessage sending, MailAccount account, Instant now) {
        return leaseEnded(sending, account.acceptanceTimeout(), now);
    }

    /** Ends a lease whose time ran out, where the account is not there to say how long an acceptance may take. */
    public MessageChange leaseEnded(TrackedMessage sending, Duration acceptanceTimeout, Instant now) {
        return inDoubt(sending, acceptanceTimeout, "the node that was sending it did not report back in time", now);
    }

    /** Looks at a doubt again later. */
    public MessageChange stillInDoubt(TrackedMessage inDoubt, Instant now) {
        Instant check = now.plus(DOUBT_CHECK_INTERVAL);
        boolean decideFirst = inDoubt.dueAt().isAfter(now) && inDoubt.dueAt().isBefore(check);
        return change(
                inDoubt.next().deadline(decideFirst ? inDoubt.dueAt() : check).build());
    }

    /** Lets the account's policy decide a doubt that nothing has resolved in time. */
    public MessageChange doubtUnresolved(TrackedMessage inDoubt, UncertainDelivery policy, Instant now) {
        boolean mayResend = schedule.allowsAnotherAfter(inDoubt.attempts());
        if (policy == UncertainDelivery.RESEND && mayResend) {
            return change(
                    inDoubt.next()
                            .state(MessageState.DEFERRED)
                            .dueAt(now)
                            .deadline(null)
                            .build(),
                    event(
                            EventType.DEFERRED,
                            now,
                            EventData.of("reason", "sent again because nothing told whether it went out")
                                    .with("resend", true)));
        }
        return change(
                inDoubt.next().deadline(null).build(),
                event(
                        EventType.IN_DOUBT,
                        now,
                        EventData.of("reason", "held for a person to decide").with("held", true)));
    }

    /**
     * Tells of an acceptance whose lease was lost before it was settled: it resolves the doubt that followed, as long as no further
     * transmission was begun. Empty when it changes nothing any more.
     */
    public Optional<MessageChange> acceptedLate(
            TrackedMessage message, int attempt, SendOutcome.Accepted accepted, MailAccount account, Instant now) {
        boolean unresolved = message.state() == MessageState.IN_DOUBT || message.state() == MessageState.DEFERRED;
        if (!unresolved || message.attempts() != attempt) {
            return Optional.empty();
        }
        return Optional.of(accepted(message, accepted, account, EventData.of("resolved_by", "late_reply"), now));
    }

    /** Resolves a doubt: the mailbox holds something that speaks of the message. */
    public MessageChange foundInMailbox(TrackedMessage inDoubt, MailAccount account, Instant now) {
        return new MessageChange(
                Deadlines.set(
                        inDoubt.next()
                                .state(MessageState.SENT)
                                .recipients(handedOver(inDoubt, now))
                                .sentAt(inDoubt.sentAt() == null ? now : inDoubt.sentAt())
                                .doubtSince(null)
                                .lastError(null),
                        account),
                List.of(event(EventType.SENT, now, EventData.of("resolved_by", "mailbox"))));
    }

    /** Returns the recipients of a message that a server is known to have: an ordinary server's word is the end of it. */
    static List<RecipientStatus> handedOver(TrackedMessage message, Instant now) {
        return message.recipients().stream()
                .map(recipient -> !message.pec() && recipient.state() == RecipientState.PENDING
                        ? recipient.become(RecipientState.SENT, null, null, now)
                        : recipient)
                .toList();
    }

    private MessageChange accepted(
            TrackedMessage sending, SendOutcome.Accepted accepted, MailAccount account, EventData data, Instant now) {
        Map<String, RefusedRecipient> refused = byAddress(accepted.refused());
        List<NewEvent> events = new ArrayList<>();
        events.add(event(EventType.SENT, now, smtp(data, accepted.reply()).with("attempt", sending.attempts())));
        List<RecipientStatus> recipients = new ArrayList<>();
        List<Duration> waits = new ArrayList<>();
        for (RecipientStatus recipient : sending.recipients()) {
            RefusedRecipient refusal = refused.get(recipient.address());
            if (recipient.state() != RecipientState.PENDING) {
                recipients.add(recipient);
                continue;
            }
            if (refusal == null) {
                recipients.add(sending.pec() ? recipient : recipient.become(RecipientState.SENT, null, null, now));
                continue;
            }
            Optional<Duration> wait = waitFor(sending, refusal);
            if (wait.isPresent()) {
                waits.add(wait.get());
                recipients.add(recipient);
            } else {
                recipients.add(recipient.become(
                        RecipientState.FAILED, "refused", refusal.reply().text(), now));
                events.add(error(refusal, recipient.address(), now));
            }
        }
        TrackedMessage.Builder next = sending.next()
                .recipients(recipients)
                .sentAt(sending.sentAt() == null ? now : sending.sentAt())
                .doubtSince(null)
                .lastError(null);
        if (!waits.isEmpty()) {
            // The recipient that is to be left alone longest decides for all: they are sent to together.
            Instant due = now.plus(Collections.max(waits));
            events.add(event(
                    EventType.DEFERRED,
                    now,
                    EventData.of("reason", "some recipients were refused for now")
                            .with("due_ts", due.getEpochSecond())));
            return new MessageChange(
                    next.state(MessageState.DEFERRED)
                            .dueAt(due)
                            .deadline(maximumAge.end(sending.enqueuedAt()))
                            .build(),
                    events);
        }
        return new MessageChange(Deadlines.set(next.state(MessageState.SENT), account), events);
    }

    /** Returns how long a recipient is left alone that was refused; empty when it will not be tried again. */
    private Optional<Duration> waitFor(TrackedMessage sending, RefusedRecipient refusal) {
        return refusal.reply().isTransient()
                ? schedule.delayAfter(sending.attempts(), RetryReasons.of(refusal.reply()))
                : Optional.empty();
    }

    private MessageChange accountRefused(TrackedMessage sending, SendOutcome.AccountRefused refused, Instant now) {
        // The message is blameless: it waits, its attempt not counted, until the account is put right.
        return change(
                sending.next()
                        .state(MessageState.DEFERRED)
                        .attempts(sending.attempts() - 1)
                        .dueAt(now)
                        .deadline(givenUpAt(sending))
                        .lastError(refused.reply().text())
                        .build(),
                event(
                        EventType.DEFERRED,
                        now,
                        smtp(EventData.of("reason", "the server refused the account"), refused.reply())
                                .with("phase", refused.phase().wireName())));
    }

    private MessageChange refused(TrackedMessage sending, SendOutcome.Refused refused, Instant now) {
        EventData data = smtp(EventData.of("reason", refused.reply().text()), refused.reply())
                .with("phase", refused.phase().wireName());
        if (refused.phase() == SmtpPhase.RCPT && refused.refused().size() == 1) {
            data = data.with("recipient", refused.refused().get(0).address());
        }
        if (refused.reply().isTransient()) {
            List<RefusedRecipient> forGood = refused.refused().stream()
                    .filter(recipient -> !recipient.reply().isTransient())
                    .toList();
            // A PEC message goes to all or to none: one recipient refused for good would be refused again next time.
            if (sending.pec() && !forGood.isEmpty()) {
                String error = forGood.get(0).reply().text();
                return failed(sending, now, error, data.with("error", error), refused.refused());
            }
            return retry(
                    sending, RetryReasons.of(refused.reply()), refused.reply().text(), data, forGood, now);
        }
        return failed(
                sending,
                now,
                refused.reply().text(),
                smtp(EventData.of("error", refused.reply().text()), refused.reply())
                        .with("phase", refused.phase().wireName()),
                refused.refused());
    }

    private static NewEvent error(RefusedRecipient refusal, String recipient, Instant now) {
        return event(
                EventType.ERROR,
                now,
                smtp(EventData.of("error", refusal.reply().text()), refusal.reply())
                        .with("recipient", recipient));
    }

    /** Tries again, without the recipients that no further attempt would reach. */
    private MessageChange retry(
            TrackedMessage sending,
            RetryReason why,
            String reason,
            EventData data,
            List<RefusedRecipient> forGood,
            Instant now) {
        Optional<Duration> delay = schedule.delayAfter(sending.attempts(), why);
        if (delay.isEmpty()) {
            String error = "given up after " + sending.attempts() + " attempts: " + reason;
            return failed(sending, now, error, data.with("error", error), forGood);
        }
        Map<String, RefusedRecipient> refused = byAddress(forGood);
        List<RecipientStatus> recipients = new ArrayList<>();
        List<NewEvent> events = new ArrayList<>();
        for (RecipientStatus recipient : sending.recipients()) {
            RefusedRecipient refusal = refused.get(recipient.address());
            if (refusal == null || recipient.state() != RecipientState.PENDING) {
                recipients.add(recipient);
            } else {
                recipients.add(recipient.become(
                        RecipientState.FAILED, "refused", refusal.reply().text(), now));
                events.add(error(refusal, recipient.address(), now));
            }
        }
        Instant due = now.plus(delay.get());
        events.add(event(
                EventType.DEFERRED,
                now,
                data.with("due_ts", due.getEpochSecond()).with("attempt", sending.attempts())));
        return new MessageChange(
                sending.next()
                        .state(MessageState.DEFERRED)
                        .recipients(recipients)
                        .dueAt(due)
                        .deadline(givenUpAt(sending))
                        .lastError(reason)
                        .build(),
                events);
    }

    private static MessageChange failed(
            TrackedMessage sending, Instant now, String error, EventData data, List<RefusedRecipient> refusals) {
        if (sending.doubtSince() != null) {
            return doubtRemains(sending, error, data, now);
        }
        Map<String, RefusedRecipient> refused = byAddress(refusals);
        List<NewEvent> events = new ArrayList<>();
        // Somebody may have got it in an earlier attempt of an ordinary account: then the message as a whole was sent,
        // and an
        // error that names no recipient would deny it.
        boolean partlySent = sending.sentAt() != null;
        if (!partlySent) {
            events.add(event(EventType.ERROR, now, data));
        }
        List<RecipientStatus> recipients = new ArrayList<>();
        for (RecipientStatus recipient : sending.recipients()) {
            RefusedRecipient refusal = refused.get(recipient.address());
            if (recipient.state() != RecipientState.PENDING) {
                recipients.add(recipient);
            } else if (refusal == null) {
                recipients.add(recipient.become(RecipientState.FAILED, "not_sent", error, now));
                if (partlySent) {
                    events.add(event(
                            EventType.ERROR, now, data.with("error", error).with("recipient", recipient.address())));
                }
            } else {
                recipients.add(recipient.become(
                        RecipientState.FAILED, "refused", refusal.reply().text(), now));
                events.add(error(refusal, recipient.address(), now));
            }
        }
        return new MessageChange(
                sending.next()
                        .state(partlySent ? MessageState.SENT : MessageState.FAILED)
                        .recipients(recipients)
                        .deadline(null)
                        .lastError(error)
                        .build(),
                events);
    }

    /**
     * Ends the attempts of a message of which an earlier attempt may have arrived: to call it failed would be to deny what nobody
     * knows. A receipt still resolves it, and a person may.
     */
    private static MessageChange doubtRemains(TrackedMessage sending, String error, EventData data, Instant now) {
        return change(
                sending.next()
                        .state(MessageState.IN_DOUBT)
                        .dueAt(now)
                        .deadline(null)
                        .lastError(error)
                        .build(),
                event(
                        EventType.IN_DOUBT,
                        now,
                        data.with("reason", "not sent again, and an earlier attempt may have arrived: " + error)
                                .with("held", true)));
    }

    private static MessageChange inDoubt(
            TrackedMessage sending, Duration acceptanceTimeout, String reason, Instant now) {
        Instant decision = now.plus(acceptanceTimeout);
        Instant check = now.plus(DOUBT_CHECK_INTERVAL);
        return change(
                sending.next()
                        .state(MessageState.IN_DOUBT)
                        .doubtSince(sending.doubtSince() == null ? now : sending.doubtSince())
                        .dueAt(decision)
                        .deadline(check.isBefore(decision) ? check : decision)
                        .lastError(reason)
                        .build(),
                event(EventType.IN_DOUBT, now, EventData.of("reason", reason).with("attempt", sending.attempts())));
    }

    private static EventData smtp(EventData data, SmtpReply reply) {
        return data.with("smtp_response", reply.text())
                .with("smtp_code", reply.code())
                .with("smtp_status", reply.enhancedStatus());
    }

    private static Map<String, RefusedRecipient> byAddress(List<RefusedRecipient> refused) {
        return refused.stream().collect(Collectors.toMap(RefusedRecipient::address, Function.identity(), (a, b) -> a));
    }

    private static NewEvent event(EventType type, Instant time, EventData data) {
        return new NewEvent(type, time, data);
    }

    private static MessageChange change(TrackedMessage message, NewEvent... events) {
        return new MessageChange(message, List.of(events));
    }
}
