package io.github.pecmailproxy.internal.timeout;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The doubts that wait to be looked at, each once however often it is handed on: asking a mailbox may take longer than the interval
 * at which doubts are handed on, and whoever waits longest must get its turn. Thread-safe.
 */
public final class DoubtQueue implements Consumer<TrackedMessage> {
    private final Map<MessageKey, TrackedMessage> waiting = new LinkedHashMap<>();

    /** Adds a doubt at the end; one that waits already keeps its place. */
    @Override
    public synchronized void accept(TrackedMessage doubt) {
        waiting.put(doubt.key(), doubt);
    }

    /** Takes the doubt that waits longest. */
    public synchronized Optional<TrackedMessage> next() {
        Iterator<TrackedMessage> first = waiting.values().iterator();
        if (!first.hasNext()) {
            return Optional.empty();
        }
        TrackedMessage doubt = first.next();
        first.remove();
        return Optional.of(doubt);
    }
}
