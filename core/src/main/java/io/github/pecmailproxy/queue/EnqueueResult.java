package io.github.pecmailproxy.queue;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;

/**
 * What became of a message that was to be enqueued. Immutable.
 *
 * @since 0.1.0
 */
public sealed interface EnqueueResult {
    /**
     * Returns which message it was.
     *
     * @return the key, never null
     */
    MessageKey key();

    /**
     * The message is stored durably and will be sent.
     *
     * @param message the message as it is stored
     * @since 0.1.0
     */
    record Queued(TrackedMessage message) implements EnqueueResult {
        @Override
        public MessageKey key() {
            return message.key();
        }
    }

    /**
     * The same message with the same content was enqueued before: nothing was changed.
     *
     * @param message the message as it is now
     * @since 0.1.0
     */
    record AlreadyQueued(TrackedMessage message) implements EnqueueResult {
        @Override
        public MessageKey key() {
            return message.key();
        }
    }

    /**
     * Another message with other content has the same key; it is untouched, and this one was not stored.
     *
     * @param existing the message that has the key, as it is now
     * @since 0.1.0
     */
    record Conflict(TrackedMessage existing) implements EnqueueResult {
        @Override
        public MessageKey key() {
            return existing.key();
        }
    }

    /**
     * The message was not stored. What is queued already, also under the same key, is untouched.
     *
     * @param key which message
     * @param field the field that is wrong
     * @param problem what is wrong with its value
     * @since 0.1.0
     */
    record Rejected(MessageKey key, String field, String problem) implements EnqueueResult {
        /**
         * Returns the reason in one line.
         *
         * @return field and problem, never null
         */
        public String reason() {
            return field + ": " + problem;
        }
    }
}
