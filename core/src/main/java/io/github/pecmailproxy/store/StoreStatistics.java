package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.MessageState;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures about a store. Immutable.
 *
 * @param messages how many messages are in each state; a state that is not named has none
 * @param oldestDue since when the longest waiting message that is due could have been sent, null when none waits
 * @param unreported how many entries wait for a sink
 * @since 0.1.0
 */
public record StoreStatistics(
        Map<MessageState, Long> messages, @Nullable Instant oldestDue, long unreported) {
    /** Copies the figures. */
    public StoreStatistics {
        messages = Map.copyOf(messages);
    }

    /**
     * Counts the messages in a state.
     *
     * @param state the state
     * @return how many, at least 0
     */
    public long count(MessageState state) {
        return messages.getOrDefault(state, 0L);
    }
}
