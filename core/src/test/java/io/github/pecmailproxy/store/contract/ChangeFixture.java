package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import java.time.Instant;
import java.util.List;

/**
 * Builds changes to messages such as the engine makes. Stateless and thread-safe.
 *
 * @since 0.1.0
 */
public final class ChangeFixture {
    private ChangeFixture() {}

    /**
     * Makes an event without details.
     *
     * @param type what happened
     * @param time when
     * @return the event, never null
     */
    public static NewEvent event(EventType type, Instant time) {
        return new NewEvent(type, time, EventData.NONE);
    }

    /**
     * Has a server take a message over; its recipients stay open.
     *
     * @param message the message as it is
     * @param at when
     * @return the change, never null
     */
    public static MessageChange sent(TrackedMessage message, Instant at) {
        return new MessageChange(
                message.next()
                        .state(MessageState.SENT)
                        .sentAt(at)
                        .deadline(at.plusSeconds(1_800))
                        .lastError(null)
                        .build(),
                List.of(event(EventType.SENT, at)));
    }

    /**
     * Puts a message off.
     *
     * @param message the message as it is
     * @param at when that was decided
     * @param dueAt when to try again
     * @return the change, never null
     */
    public static MessageChange deferred(TrackedMessage message, Instant at, Instant dueAt) {
        return new MessageChange(
                message.next()
                        .state(MessageState.DEFERRED)
                        .dueAt(dueAt)
                        .deadline(null)
                        .lastError("451 later")
                        .build(),
                List.of(new NewEvent(EventType.DEFERRED, at, EventData.of("reason", "451 later"))));
    }

    /**
     * Withdraws a message, which finishes it.
     *
     * @param message the message as it is
     * @param at when
     * @return the change, never null
     */
    public static MessageChange cancelled(TrackedMessage message, Instant at) {
        return new MessageChange(
                message.next().state(MessageState.CANCELLED).deadline(null).build(),
                List.of(event(EventType.CANCELLED, at)));
    }

    /**
     * Certifies that a message was delivered to all its recipients, which finishes it.
     *
     * @param message the message as it is
     * @param at when
     * @return the change, never null
     */
    public static MessageChange delivered(TrackedMessage message, Instant at) {
        List<RecipientStatus> delivered = message.recipients().stream()
                .map(recipient -> recipient.become(RecipientState.DELIVERED, null, null, at))
                .toList();
        return new MessageChange(
                message.next()
                        .state(MessageState.ACCEPTED)
                        .recipients(delivered)
                        .deadline(null)
                        .build(),
                List.of(event(EventType.PEC_ACCEPTANCE, at), event(EventType.PEC_DELIVERY, at)));
    }

    /**
     * Changes nothing but the version, without an event.
     *
     * @param message the message as it is
     * @return the change, never null
     */
    public static MessageChange touched(TrackedMessage message) {
        return new MessageChange(message.next().build(), List.of());
    }
}
