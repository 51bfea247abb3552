package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.TrackedMessage;

/**
 * What became of a message that was to be stored. Immutable.
 *
 * @since 0.1.0
 */
public sealed interface EnqueueOutcome {
    /**
     * It was stored.
     *
     * @param message the message with its sequence
     * @since 0.1.0
     */
    record Stored(TrackedMessage message) implements EnqueueOutcome {}

    /**
     * A message of the same key and the same {@linkplain TrackedMessage#fingerprint() fingerprint} is there already; nothing was
     * changed.
     *
     * @param existing the message that is there, as it is now
     * @since 0.1.0
     */
    record AlreadyStored(TrackedMessage existing) implements EnqueueOutcome {}

    /**
     * A message of the same key but with another fingerprint is there already; nothing was changed.
     *
     * @param existing the message that is there, as it is now
     * @since 0.1.0
     */
    record KeyTaken(TrackedMessage existing) implements EnqueueOutcome {}
}
