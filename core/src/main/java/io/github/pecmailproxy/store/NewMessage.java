package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.TrackedMessage;
import java.util.List;

/**
 * A message to be stored for the first time. Immutable.
 *
 * @param message the message in version 1; its sequence is ignored
 * @param content what will be sent; read once during the call
 * @param events what happened to it so far: {@code queued}
 * @since 0.1.0
 */
public record NewMessage(TrackedMessage message, StoredContent content, List<NewEvent> events) {
    /** Copies the events. */
    public NewMessage {
        events = List.copyOf(events);
    }
}
