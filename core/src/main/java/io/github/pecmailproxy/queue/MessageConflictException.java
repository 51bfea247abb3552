package io.github.pecmailproxy.queue;

import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.TrackedMessage;

/**
 * Says that another message with other content has the same key. That one is untouched, and nothing was stored.
 *
 * @since 0.1.0
 */
public class MessageConflictException extends InvalidValueException {
    private static final long serialVersionUID = 1L;

    private final transient TrackedMessage existing;

    /**
     * Creates the exception.
     *
     * @param existing the message that has the key
     */
    public MessageConflictException(TrackedMessage existing) {
        super("id", "is taken by a message with other content, which stays as it is: " + existing.key());
        this.existing = existing;
    }

    /**
     * Returns the message that has the key.
     *
     * @return the message as it was when this one was refused
     */
    public TrackedMessage existing() {
        return existing;
    }
}
