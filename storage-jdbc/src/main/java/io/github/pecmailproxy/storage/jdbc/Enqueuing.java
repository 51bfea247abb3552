package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.StoredContent;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Stores new messages, in whatever transaction it is called. Stateless and thread-safe. */
final class Enqueuing {
    /** How often a message is tried again that was in the way and had gone when it was looked at. */
    private static final int MOST_ROUNDS = 10;

    private Enqueuing() {}

    /** A new message whose content is in memory if it is small. */
    record Entry(NewMessage message, StoredContent content) {
        /**
         * Reads the content of a message if it is small.
         *
         * @throws ContentFault if it cannot be read
         */
        static Entry of(NewMessage message) {
            if (message.content().size() != message.message().contentSize()) {
                throw new ContentFault("the content is not as long as its message says", null);
            }
            return new Entry(message, MemoryContent.ifSmall(message.content()));
        }

        MessageKey key() {
            return message.message().key();
        }
    }

    /** Stores messages; two of one key one after the other. */
    static List<EnqueueOutcome> enqueue(Session session, List<Entry> entries) throws SQLException {
        SortedMap<Integer, EnqueueOutcome> outcomes = new TreeMap<>();
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            left.add(i);
        }
        for (int round = 0; !left.isEmpty(); round++) {
            if (round > entries.size() + MOST_ROUNDS) {
                throw new RetryableStoreException("could not enqueue: messages of the same keys come and go", null);
            }
            List<Integer> turn = new ArrayList<>();
            List<Integer> later = new ArrayList<>();
            Set<MessageKey> keys = new HashSet<>();
            for (int i : left) {
                (keys.add(entries.get(i).key()) ? turn : later).add(i);
            }
            later.addAll(store(session, entries, turn, outcomes));
            later.sort(null);
            left = later;
        }
        return List.copyOf(outcomes.values());
    }

    /** Stores messages of different keys; returns those that must be tried again because the one in their way has gone. */
    private static List<Integer> store(
            Session session, List<Entry> entries, List<Integer> turn, Map<Integer, EnqueueOutcome> outcomes)
            throws SQLException {
        int eventCount = 0;
        for (int i : turn) {
            eventCount += entries.get(i).message().events().size();
        }
        Iterator<Long> numbers = session.numbers(turn.size() + eventCount);
        List<TrackedMessage> messages = new ArrayList<>(turn.size());
        for (int i : turn) {
            messages.add(stored(entries.get(i).message().message(), numbers.next()));
        }
        Set<Long> inserted = Messages.insert(session, messages);

        List<TrackedMessage> added = new ArrayList<>(messages.size());
        List<TrackedMessage> queued = new ArrayList<>(messages.size());
        List<ContentTable.Entry> contents = new ArrayList<>(messages.size());
        List<Events.Entry> events = new ArrayList<>(eventCount);
        List<Integer> taken = new ArrayList<>();
        for (int position = 0; position < turn.size(); position++) {
            int i = turn.get(position);
            TrackedMessage message = messages.get(position);
            if (!inserted.contains(message.sequence())) {
                taken.add(i);
                continue;
            }
            added.add(message);
            contents.add(
                    new ContentTable.Entry(message.sequence(), entries.get(i).content()));
            if (message.state().isWaiting()) {
                queued.add(message);
            }
            for (NewEvent event : entries.get(i).message().events()) {
                events.add(new Events.Entry(
                        numbers.next(), message.sequence(), message.key().tenant(), message.enqueuedAt(), event));
            }
            outcomes.put(i, new EnqueueOutcome.Stored(message));
        }
        Messages.insertProgress(session, added);
        Queue.insert(session, queued);
        ContentTable.OF_MESSAGES.write(session, contents);
        Events.insert(session, events);

        List<Integer> again = new ArrayList<>();
        for (int i : taken) {
            @Nullable
            TrackedMessage existing =
                    Messages.findLatest(session, entries.get(i).key()).orElse(null);
            if (existing == null) {
                again.add(i);
            } else {
                outcomes.put(
                        i,
                        existing.fingerprint()
                                        .equals(entries.get(i)
                                                .message()
                                                .message()
                                                .fingerprint())
                                ? new EnqueueOutcome.AlreadyStored(existing)
                                : new EnqueueOutcome.KeyTaken(existing));
            }
        }
        return again;
    }

    /** Returns a message as it will be read: with its sequence, and its times cut to the millisecond. */
    private static TrackedMessage stored(TrackedMessage message, long sequence) {
        return new TrackedMessage(
                message.key(),
                sequence,
                message.account(),
                message.pec(),
                message.messageId(),
                message.envelopeFrom(),
                message.subject(),
                message.priority(),
                message.batchCode(),
                message.receiptFormat(),
                message.state(),
                message.recipients().stream().map(Enqueuing::cut).toList(),
                message.attempts(),
                message.enqueuedAt().truncatedTo(ChronoUnit.MILLIS),
                message.dueAt().truncatedTo(ChronoUnit.MILLIS),
                cut(message.deadline()),
                cut(message.sentAt()),
                cut(message.doubtSince()),
                cut(message.acceptanceOverdueAt()),
                message.providerMessageId(),
                message.lastError(),
                message.contentSize(),
                message.contentSha256(),
                message.fingerprint(),
                message.version());
    }

    private static RecipientStatus cut(RecipientStatus recipient) {
        return new RecipientStatus(
                recipient.address(),
                recipient.role(),
                recipient.state(),
                recipient.reason(),
                recipient.detail(),
                cut(recipient.changedAt()),
                cut(recipient.overdueAt()));
    }

    private static @Nullable Instant cut(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS);
    }
}
