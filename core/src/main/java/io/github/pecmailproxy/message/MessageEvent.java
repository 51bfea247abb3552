package io.github.pecmailproxy.message;

import java.time.Instant;

/**
 * One thing that happened to a message. Immutable and thread-safe.
 *
 * @param sequence its place among all events of the store: ascending within a message, with gaps
 * @param message whose event it is
 * @param type what happened
 * @param time when it happened; for a receipt the certified time, to the second
 * @param recordedAt when it was stored
 * @param data the details
 * @since 0.1.0
 */
public record MessageEvent(
        long sequence, MessageKey message, EventType type, Instant time, Instant recordedAt, EventData data) {}
