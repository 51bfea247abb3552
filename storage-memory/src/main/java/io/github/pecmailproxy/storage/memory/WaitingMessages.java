package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.message.TrackedMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The messages of one account that wait, in the order in which they may go. Not thread-safe: guarded by the store's lock.
 *
 * <p>A message stands in exactly one of three places, so that taking the next one never looks at those that may not go: {@code
 * later} until its time has come, {@code held} while its batch is suspended, {@code ready} otherwise.
 */
final class WaitingMessages {
    private static final Comparator<TrackedMessage> BY_TIME =
            Comparator.comparing(TrackedMessage::dueAt).thenComparing(TrackedMessage::sequence);
    private static final Comparator<TrackedMessage> BY_URGENCY =
            Comparator.comparing(TrackedMessage::priority).thenComparing(TrackedMessage::sequence);

    private final NavigableSet<TrackedMessage> later = new TreeSet<>(BY_TIME);
    private final NavigableSet<TrackedMessage> ready = new TreeSet<>(BY_URGENCY);
    private final Map<String, NavigableSet<TrackedMessage>> held = new HashMap<>();

    void add(TrackedMessage message) {
        later.add(message);
    }

    void remove(TrackedMessage message) {
        String batch = message.batchCode();
        if (later.remove(message) || ready.remove(message) || batch == null) {
            return;
        }
        NavigableSet<TrackedMessage> mates = held.get(batch);
        if (mates != null && mates.remove(message) && mates.isEmpty()) {
            held.remove(batch);
        }
    }

    /** Holds back what is ready of a batch that was suspended. */
    void hold(String batch) {
        List<TrackedMessage> mates = ready.stream()
                .filter(message -> batch.equals(message.batchCode()))
                .toList();
        mates.forEach(ready::remove);
        mates.forEach(this::hold);
    }

    /** Makes ready what is held of a batch that was activated. */
    void release(String batch) {
        NavigableSet<TrackedMessage> mates = held.remove(batch);
        if (mates != null) {
            ready.addAll(mates);
        }
    }

    /**
     * Finds the next messages to go.
     *
     * @param now the time by which they are due
     * @param limit how many at most
     * @param batchIsSuspended tells whether a message's batch is suspended
     * @return the messages in order; they still wait until they are removed
     */
    List<TrackedMessage> next(Instant now, int limit, Predicate<String> batchIsSuspended) {
        moveUpWhatIsDue(now, batchIsSuspended);
        List<TrackedMessage> next = new ArrayList<>();
        for (Iterator<TrackedMessage> waiting = ready.iterator(); waiting.hasNext() && next.size() < limit; ) {
            TrackedMessage message = waiting.next();
            // Another caller's clock may have been ahead of this one's when the message moved up.
            if (!message.dueAt().isAfter(now)) {
                next.add(message);
            }
        }
        return next;
    }

    private void moveUpWhatIsDue(Instant now, Predicate<String> batchIsSuspended) {
        while (!later.isEmpty() && !later.first().dueAt().isAfter(now)) {
            TrackedMessage message = later.first();
            later.remove(message);
            if (Optional.ofNullable(message.batchCode())
                    .filter(batchIsSuspended)
                    .isPresent()) {
                hold(message);
            } else {
                ready.add(message);
            }
        }
    }

    private void hold(TrackedMessage message) {
        String batch = message.batchCode();
        if (batch != null) {
            held.computeIfAbsent(batch, any -> new TreeSet<>(BY_URGENCY)).add(message);
        }
    }
}
