package io.github.pecmailproxy.store;

import java.time.Instant;

/**
 * An event to deliver again later. Immutable.
 *
 * @param sequence the event's sequence
 * @param dueAt when to deliver it again
 * @since 0.1.0
 */
public record PutOffReport(long sequence, Instant dueAt) {}
