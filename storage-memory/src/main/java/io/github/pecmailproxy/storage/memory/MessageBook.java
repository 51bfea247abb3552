package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The messages with their events, and every index over them. Not thread-safe: guarded by the store's lock.
 *
 * <p>Every change goes through {@link #index} and {@link #unindex}, so that no index is ever forgotten.
 */
final class MessageBook {
    /** A message's place by a time; the time is part of it because it may change while the message stays. */
    private record Mark(Instant time, long sequence) {
        static final Comparator<Mark> ORDER = Comparator.comparing(Mark::time).thenComparingLong(Mark::sequence);
    }

    /** An identifier within an account. */
    private record Name(AccountKey account, String text) {}

    private final LeaseQueue queue;
    private final Consumer<MessageEvent> onEvent;
    private final Map<MessageKey, Entry> byKey = new HashMap<>();
    private final NavigableMap<Long, Entry> bySequence = new TreeMap<>();
    private final Map<Name, Set<MessageKey>> byMessageId = new HashMap<>();
    private final Map<Name, Set<MessageKey>> byProviderMessageId = new HashMap<>();
    private final NavigableSet<Mark> deadlines = new TreeSet<>(Mark.ORDER);
    private final NavigableSet<Mark> finishedOrdinary = new TreeSet<>(Mark.ORDER);
    private final NavigableSet<Mark> finishedPec = new TreeSet<>(Mark.ORDER);
    private final Map<MessageState, Long> states = new EnumMap<>(MessageState.class);
    private long lastSequence;
    private long lastEvent;

    /**
     * Creates an empty book.
     *
     * @param queue is told what waits
     * @param onEvent is told every event that is stored
     */
    MessageBook(LeaseQueue queue, Consumer<MessageEvent> onEvent) {
        this.queue = queue;
        this.onEvent = onEvent;
    }

    @Nullable
    Entry find(MessageKey key) {
        return byKey.get(key);
    }

    /** Tells whether a message is in a version. */
    boolean isIn(MessageKey key, long version) {
        Entry entry = byKey.get(key);
        return entry != null && entry.message().version() == version;
    }

    TrackedMessage add(TrackedMessage given, MemoryContent content, List<NewEvent> events) {
        TrackedMessage message = Milliseconds.cut(given, ++lastSequence);
        Entry entry = new Entry(message, content);
        byKey.put(message.key(), entry);
        bySequence.put(message.sequence(), entry);
        byMessageId
                .computeIfAbsent(new Name(entry.account(), message.messageId()), any -> new LinkedHashSet<>())
                .add(message.key());
        store(entry, events, message.enqueuedAt());
        index(entry);
        return message;
    }

    /** Makes a change; the caller has seen that the message is in the version before it. */
    void change(MessageChange change, Instant recordedAt) {
        Entry entry = byKey.get(change.message().key());
        if (entry != null) {
            unindex(entry);
            entry.become(Milliseconds.cut(change.message(), entry.sequence()));
            store(entry, change.events(), Milliseconds.cut(recordedAt));
            index(entry);
        }
    }

    /** Replaces a message by one that is the same but for its state, attempts, version and deadline. */
    void replace(Entry entry, TrackedMessage next) {
        unindex(entry);
        entry.become(Milliseconds.cut(next, entry.sequence()));
        index(entry);
    }

    private void store(Entry entry, List<NewEvent> events, Instant recordedAt) {
        for (NewEvent event : events) {
            MessageEvent stored = new MessageEvent(
                    ++lastEvent,
                    entry.message().key(),
                    event.type(),
                    Milliseconds.cut(event.time()),
                    recordedAt,
                    event.data());
            entry.add(stored);
            onEvent.accept(stored);
        }
    }

    void remove(Entry entry) {
        unindex(entry);
        TrackedMessage message = entry.message();
        byKey.remove(message.key());
        bySequence.remove(message.sequence());
        forget(byMessageId, new Name(entry.account(), message.messageId()), message.key());
    }

    private void index(Entry entry) {
        TrackedMessage message = entry.message();
        states.merge(message.state(), 1L, Long::sum);
        if (message.state().isWaiting()) {
            queue.add(entry.account(), message);
        }
        if (message.deadline() != null) {
            deadlines.add(new Mark(message.deadline(), message.sequence()));
        }
        if (message.isFinished()) {
            finished(message).add(new Mark(entry.lastRecordedAt(), message.sequence()));
        }
        if (message.providerMessageId() != null) {
            byProviderMessageId
                    .computeIfAbsent(
                            new Name(entry.account(), message.providerMessageId()), any -> new LinkedHashSet<>())
                    .add(message.key());
        }
    }

    private void unindex(Entry entry) {
        TrackedMessage message = entry.message();
        states.computeIfPresent(message.state(), (state, count) -> count == 1 ? null : count - 1);
        if (message.state().isWaiting()) {
            queue.remove(entry.account(), message);
        }
        if (message.deadline() != null) {
            deadlines.remove(new Mark(message.deadline(), message.sequence()));
        }
        if (message.isFinished()) {
            finished(message).remove(new Mark(entry.lastRecordedAt(), message.sequence()));
        }
        if (message.providerMessageId() != null) {
            forget(byProviderMessageId, new Name(entry.account(), message.providerMessageId()), message.key());
        }
    }

    private NavigableSet<Mark> finished(TrackedMessage message) {
        return message.pec() ? finishedPec : finishedOrdinary;
    }

    private static void forget(Map<Name, Set<MessageKey>> index, Name name, MessageKey key) {
        index.computeIfPresent(name, (any, keys) -> {
            keys.remove(key);
            return keys.isEmpty() ? null : keys;
        });
    }

    List<TrackedMessage> overdue(Instant now, int limit) {
        List<TrackedMessage> overdue = new ArrayList<>();
        for (Mark mark : deadlines) {
            if (mark.time().isAfter(now) || overdue.size() == limit) {
                break;
            }
            overdue.add(at(mark).message());
        }
        return overdue;
    }

    /** Lists what is finished, reported, and was last added to before the times given, oldest first. */
    List<Entry> disposable(Instant ordinaryBefore, @Nullable Instant pecBefore, int limit) {
        NavigableSet<Mark> disposable = new TreeSet<>(Mark.ORDER);
        collectDisposable(finishedOrdinary, ordinaryBefore, limit, disposable);
        if (pecBefore != null) {
            collectDisposable(finishedPec, pecBefore, limit, disposable);
        }
        return disposable.stream().limit(limit).map(this::at).toList();
    }

    private void collectDisposable(NavigableSet<Mark> finished, Instant before, int limit, Set<Mark> disposable) {
        int found = 0;
        for (Mark mark : finished) {
            if (!mark.time().isBefore(before) || found == limit) {
                break;
            }
            if (at(mark).unacknowledged() == 0) {
                disposable.add(mark);
                found++;
            }
        }
    }

    private Entry at(Mark mark) {
        Entry entry = bySequence.get(mark.sequence());
        if (entry == null) {
            throw new IllegalStateException("an index names a message that is not there: " + mark.sequence());
        }
        return entry;
    }

    List<TrackedMessage> list(MessageFilter filter) {
        NavigableMap<Long, Entry> range = filter.newestFirst()
                ? (filter.after() == 0 ? bySequence : bySequence.headMap(filter.after(), false)).descendingMap()
                : bySequence.tailMap(filter.after(), false);
        List<TrackedMessage> found = new ArrayList<>();
        for (Entry entry : range.values()) {
            if (matches(entry.message(), filter)) {
                found.add(entry.message());
                if (found.size() == filter.limit()) {
                    break;
                }
            }
        }
        return found;
    }

    private static boolean matches(TrackedMessage message, MessageFilter filter) {
        return (filter.tenant() == null || filter.tenant().equals(message.key().tenant()))
                && (filter.account() == null || filter.account().equals(message.account()))
                && (filter.batchCode() == null || filter.batchCode().equals(message.batchCode()))
                && (filter.states().isEmpty() || filter.states().contains(message.state()));
    }

    List<TrackedMessage> byMessageId(AccountKey account, Collection<String> messageIds) {
        return named(byMessageId, account, messageIds);
    }

    List<TrackedMessage> byProviderMessageId(AccountKey account, Collection<String> providerMessageIds) {
        return named(byProviderMessageId, account, providerMessageIds);
    }

    private List<TrackedMessage> named(Map<Name, Set<MessageKey>> index, AccountKey account, Collection<String> names) {
        Set<MessageKey> keys = new LinkedHashSet<>();
        for (String name : names) {
            keys.addAll(index.getOrDefault(new Name(account, name), Set.of()));
        }
        List<TrackedMessage> found = new ArrayList<>();
        for (MessageKey key : keys) {
            Entry entry = byKey.get(key);
            if (entry != null) {
                found.add(entry.message());
            }
        }
        return found;
    }

    Map<MessageState, Long> states() {
        return Map.copyOf(states);
    }
}
