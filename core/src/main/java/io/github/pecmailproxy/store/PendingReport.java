package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.MessageEvent;

/**
 * An event that a sink has not acknowledged. Immutable.
 *
 * @param event the event
 * @param attempts how often its delivery was put off
 * @since 0.1.0
 */
public record PendingReport(MessageEvent event, int attempts) {}
