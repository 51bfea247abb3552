package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The messages that the mails at hand may speak of, as they are after the changes decided so far. Not thread-safe. */
final class KnownMessages {
    private final Map<MessageKey, TrackedMessage> current = new HashMap<>();
    private final Map<String, MessageKey> byMessageId = new HashMap<>();
    private final Map<String, MessageKey> byProviderId = new HashMap<>();

    void add(Collection<TrackedMessage> messages) {
        messages.forEach(this::put);
    }

    Optional<TrackedMessage> byMessageId(String messageId) {
        return Optional.ofNullable(byMessageId.get(messageId)).map(current::get);
    }

    Optional<TrackedMessage> byProviderId(String providerId) {
        return Optional.ofNullable(byProviderId.get(providerId)).map(current::get);
    }

    void changed(MessageChange change) {
        put(change.message());
    }

    private void put(TrackedMessage message) {
        current.put(message.key(), message);
        byMessageId.put(message.messageId(), message.key());
        String providerId = message.providerMessageId();
        if (providerId != null) {
            byProviderId.put(providerId, message.key());
        }
    }
}
