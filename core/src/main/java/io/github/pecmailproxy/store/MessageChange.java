package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.TrackedMessage;
import java.util.List;

/**
 * The next version of a message and the events that explain it. Immutable.
 *
 * @param message the message after the change, made by {@link TrackedMessage#next()}
 * @param events what happened, in order, possibly nothing
 * @since 0.1.0
 */
public record MessageChange(TrackedMessage message, List<NewEvent> events) {
    /** Copies the events. */
    public MessageChange {
        if (message.version() < 2) {
            throw new IllegalArgumentException("a change makes a later version than the first: " + message);
        }
        events = List.copyOf(events);
    }

    /**
     * Returns the version that the message must be in for the change to apply.
     *
     * @return the version, at least 1
     */
    public long expectedVersion() {
        return message.version() - 1;
    }
}
