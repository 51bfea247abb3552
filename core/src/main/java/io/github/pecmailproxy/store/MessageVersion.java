package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;

/**
 * A message in one version; the token of a lease. Immutable.
 *
 * @param message which message
 * @param version which version of it
 * @since 0.1.0
 */
public record MessageVersion(MessageKey message, long version) {
    /**
     * Names the version of a message.
     *
     * @param message the message
     * @return its key and version, never null
     */
    public static MessageVersion of(TrackedMessage message) {
        return new MessageVersion(message.key(), message.version());
    }
}
