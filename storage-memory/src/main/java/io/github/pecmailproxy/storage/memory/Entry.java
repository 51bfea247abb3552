package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.TrackedMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A message with all that belongs to it. Not thread-safe: guarded by the store's lock. */
final class Entry {
    private final MemoryContent content;
    private final List<MessageEvent> events = new ArrayList<>();
    private TrackedMessage message;
    private int unacknowledged;

    Entry(TrackedMessage message, MemoryContent content) {
        this.message = message;
        this.content = content;
    }

    TrackedMessage message() {
        return message;
    }

    void become(TrackedMessage next) {
        message = next;
    }

    AccountKey account() {
        return new AccountKey(message.key().tenant(), message.account());
    }

    long sequence() {
        return message.sequence();
    }

    MemoryContent content() {
        return content;
    }

    List<MessageEvent> events() {
        return List.copyOf(events);
    }

    void add(MessageEvent event) {
        events.add(event);
    }

    /** When the last event was stored; a message without any counts by when it was enqueued. */
    Instant lastRecordedAt() {
        return events.isEmpty()
                ? message.enqueuedAt()
                : events.get(events.size() - 1).recordedAt();
    }

    /** Counts the entries for sinks that are not acknowledged yet. */
    int unacknowledged() {
        return unacknowledged;
    }

    void unacknowledged(int difference) {
        unacknowledged += difference;
    }
}
