package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import java.time.Instant;

/**
 * An event to be stored with the change that it explains. Immutable.
 *
 * @param type what happened
 * @param time when it happened; kept to the millisecond
 * @param data the details
 * @since 0.1.0
 */
public record NewEvent(EventType type, Instant time, EventData data) {}
