package io.github.pecmailproxy.queue;

import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.StoreTransaction;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.util.List;

/**
 * The queue of messages to send. Works whether or not the engine runs in this process. Thread-safe.
 *
 * <p>Every method throws {@link io.github.pecmailproxy.store.StoreException} when the store fails; nothing is then changed, unless
 * it is an {@link io.github.pecmailproxy.store.UncertainCommitException}, after which calling again is safe.
 *
 * @since 0.1.0
 */
public interface MessageQueue {
    /** The priority of a message that names none: medium. */
    Priority DEFAULT_PRIORITY = Priority.MEDIUM;

    /**
     * Composes and stores a message. When this returns, the message survives any crash and will be sent; when it throws, it left
     * nothing behind.
     *
     * @param message the message
     * @return {@link EnqueueResult.Queued}, or {@link EnqueueResult.AlreadyQueued} when it was enqueued before
     * @throws InvalidValueException naming the field that is wrong
     * @throws MessageConflictException if another message with other content has the same key
     */
    EnqueueResult enqueue(OutgoingMessage message);

    /**
     * Composes and stores many messages. Each stands for itself: the good ones are stored durably, the others rejected. Where the
     * store fails half-way, some may be stored: calling again is safe, since each is recognised.
     *
     * @param messages the messages
     * @return one result for each, in list order
     */
    List<EnqueueResult> enqueue(List<OutgoingMessage> messages);

    /**
     * Composes messages and stores them as part of the caller's own transaction: they exist, and are sent, if and only if it
     * commits. No dispatcher hears of the commit: call {@link #runNow()} after it, or they go at its next turn.
     *
     * @param messages the messages
     * @param transaction the caller's transaction, of the store's kind
     * @return one result for each, in list order
     */
    List<EnqueueResult> enqueue(List<OutgoingMessage> messages, StoreTransaction transaction);

    /**
     * Withdraws a message that was not sent and is not being sent.
     *
     * @param key which message
     * @return whether it was withdrawn; false when there is no such message or it is too late
     */
    boolean cancel(MessageKey key);

    /**
     * Lists messages.
     *
     * @param filter which and how many
     * @return the messages, never null
     */
    List<TrackedMessage> list(MessageFilter filter);

    /** Looks for messages to send at once instead of at the next turn. Does nothing where the engine does not run. */
    void runNow();

    /**
     * Lets a message that waits for a later time go at once.
     *
     * @param key which message
     * @return whether it was waiting
     */
    boolean runNow(MessageKey key);

    /**
     * Holds back a tenant, an account or a batch: nothing more of it is sent until it is activated. What is on the wire goes on.
     *
     * @param scope what to hold back
     * @param reason why, in words for a person
     */
    void suspend(SuspensionScope scope, String reason);

    /**
     * Ends a suspension.
     *
     * @param scope what to release
     * @return whether it was suspended
     */
    boolean activate(SuspensionScope scope);

    /**
     * Lists what is held back.
     *
     * @return the suspensions, never null
     */
    List<Suspension> suspensions();

    /**
     * Decides a message in doubt: send the same bytes again. The recipient may get it twice, with the same Message-ID.
     *
     * @param key which message
     * @return whether it was in doubt
     */
    boolean resend(MessageKey key);

    /**
     * Decides a message in doubt: it went out.
     *
     * @param key which message
     * @return whether it was in doubt
     */
    boolean markSent(MessageKey key);

    /**
     * Decides a message in doubt: it did not go out and will not. Where some recipients of an ordinary account got it in an earlier
     * attempt, the message stays sent and only the others fail, each with an event.
     *
     * @param key which message
     * @param reason why, in words for a person
     * @return whether it was in doubt
     */
    boolean fail(MessageKey key, String reason);
}
