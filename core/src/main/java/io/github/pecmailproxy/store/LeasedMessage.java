package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.TrackedMessage;

/**
 * A message that the caller alone may send until its lease ends. Immutable.
 *
 * @param message the message, {@code SENDING}; its version is the lease's token
 * @param content what to send
 * @since 0.1.0
 */
public record LeasedMessage(TrackedMessage message, StoredContent content) {}
