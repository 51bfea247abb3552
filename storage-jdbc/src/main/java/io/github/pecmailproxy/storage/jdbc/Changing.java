package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Changes messages to their next versions. Rows are locked in ascending sequence, so that two callers never wait for each other.
 * Stateless and thread-safe.
 */
final class Changing {
    private Changing() {}

    /** One or several changes to a message, each computed from the one before. */
    private record Chain(long sequence, List<MessageChange> changes) {
        TrackedMessage last() {
            return changes.get(changes.size() - 1).message();
        }

        long expectedVersion() {
            return changes.get(0).expectedVersion();
        }

        boolean isUnbroken() {
            for (int i = 1; i < changes.size(); i++) {
                if (changes.get(i).expectedVersion()
                        != changes.get(i - 1).message().version()) {
                    return false;
                }
            }
            return true;
        }

        boolean hasEvents() {
            return changes.stream().anyMatch(change -> !change.events().isEmpty());
        }
    }

    private record Current(long sequence, long version, MessageState state) {}

    /**
     * Changes the messages that are in the versions expected.
     *
     * @param changes the changes; several to one message apply in list order or not at all
     * @param recordedAt the time of storing
     * @return the messages whose changes were refused and did nothing
     */
    static Set<MessageKey> apply(Session session, List<MessageChange> changes, Instant recordedAt) throws SQLException {
        Set<MessageKey> refused = new HashSet<>();
        Map<Long, Chain> chains = chains(session, changes, refused);
        Map<Long, Current> current = lock(session, chains);
        List<Chain> accepted = new ArrayList<>();
        for (Chain chain : chains.values()) {
            @Nullable Current now = current.get(chain.sequence());
            if (now != null && now.version() == chain.expectedVersion() && chain.isUnbroken()) {
                accepted.add(chain);
            } else {
                refused.add(chain.last().key());
            }
        }
        write(session, accepted, current, recordedAt);
        return refused;
    }

    private static Map<Long, Chain> chains(Session session, List<MessageChange> changes, Set<MessageKey> refused)
            throws SQLException {
        // Whoever computed a change from the message as it was handed in does not know the sequence that it was given.
        Set<MessageKey> withoutSequence = changes.stream()
                .map(MessageChange::message)
                .filter(message -> message.sequence() <= 0)
                .map(TrackedMessage::key)
                .collect(Collectors.toSet());
        Map<MessageKey, Long> looked = Messages.sequences(session, withoutSequence);
        Map<Long, Chain> chains = new LinkedHashMap<>();
        for (MessageChange change : changes) {
            TrackedMessage message = change.message();
            @Nullable Long sequence = message.sequence() > 0 ? (Long) message.sequence() : looked.get(message.key());
            if (sequence == null) {
                refused.add(message.key());
            } else {
                chains.computeIfAbsent(sequence, key -> new Chain(key, new ArrayList<>()))
                        .changes()
                        .add(change);
            }
        }
        return chains;
    }

    private static Map<Long, Current> lock(Session session, Map<Long, Chain> chains) throws SQLException {
        String sql = session.dialect().locking("""
                        SELECT message_seq, version, state FROM {progress} /*hint*/
                        WHERE message_seq IN (:in) ORDER BY message_seq""");
        return session
                .listIn(
                        sql,
                        Session.Binder.NONE,
                        chains.keySet().stream().sorted().toList(),
                        row -> new Current(row.number(), row.number(), MessageState.valueOf(row.text())))
                .stream()
                .collect(Collectors.toMap(Current::sequence, each -> each));
    }

    private static void write(Session session, List<Chain> accepted, Map<Long, Current> current, Instant recordedAt)
            throws SQLException {
        if (accepted.isEmpty()) {
            return;
        }
        List<TrackedMessage> messages = new ArrayList<>(accepted.size());
        List<TrackedMessage> toQueue = new ArrayList<>();
        List<TrackedMessage> toMove = new ArrayList<>();
        List<Long> toRemove = new ArrayList<>();
        Set<Long> withEvents = new HashSet<>();
        for (Chain chain : accepted) {
            TrackedMessage message = withSequence(chain);
            messages.add(message);
            @Nullable Current before = current.get(chain.sequence());
            boolean waited = before != null && before.state().isWaiting();
            boolean waits = message.state().isWaiting();
            if (waits) {
                (waited ? toMove : toQueue).add(message);
            } else if (waited) {
                toRemove.add(chain.sequence());
            }
            if (chain.hasEvents()) {
                withEvents.add(chain.sequence());
            }
        }
        Messages.updateProgress(session, messages, withEvents, recordedAt);
        Queue.remove(session, toRemove);
        Queue.move(session, toMove, recordedAt);
        Queue.insert(session, toQueue, recordedAt);
        Events.insert(session, events(session, accepted, recordedAt));
    }

    private static List<Events.Entry> events(Session session, List<Chain> accepted, Instant recordedAt)
            throws SQLException {
        int count = 0;
        for (Chain chain : accepted) {
            for (MessageChange change : chain.changes()) {
                count += change.events().size();
            }
        }
        if (count == 0) {
            return List.of();
        }
        Iterator<Long> numbers = session.numbers(count);
        List<Events.Entry> entries = new ArrayList<>(count);
        for (Chain chain : accepted) {
            for (MessageChange change : chain.changes()) {
                for (NewEvent event : change.events()) {
                    entries.add(new Events.Entry(
                            numbers.next(),
                            chain.sequence(),
                            change.message().key().tenant(),
                            recordedAt,
                            event));
                }
            }
        }
        return entries;
    }

    private static TrackedMessage withSequence(Chain chain) {
        TrackedMessage message = chain.last();
        return message.sequence() == chain.sequence()
                ? message
                : new TrackedMessage(
                        message.key(),
                        chain.sequence(),
                        message.account(),
                        message.pec(),
                        message.messageId(),
                        message.envelopeFrom(),
                        message.subject(),
                        message.priority(),
                        message.batchCode(),
                        message.receiptFormat(),
                        message.state(),
                        message.recipients(),
                        message.attempts(),
                        message.enqueuedAt(),
                        message.dueAt(),
                        message.deadline(),
                        message.sentAt(),
                        message.doubtSince(),
                        message.acceptanceOverdueAt(),
                        message.providerMessageId(),
                        message.lastError(),
                        message.contentSize(),
                        message.contentSha256(),
                        message.fingerprint(),
                        message.version());
    }
}
