package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageVersion;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.ReceiptJudgement;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a store does, as simply as it can be said: lists that are searched from one end to the other. Numbers its own events;
 * whoever compares matches them to the store's by their order. Not thread-safe.
 */
final class StoreModel {
    /** An event with the model's own number. */
    record ModelEvent(long number, MessageKey message, NewEvent event, Instant recordedAt) {}

    /** An event that waits for a sink. */
    static final class Waiting {
        final ModelEvent event;
        int attempts;

        @Nullable
        Instant dueAt;

        Waiting(ModelEvent event) {
            this.event = event;
        }

        boolean isPutOff(Instant now) {
            return dueAt != null && dueAt.isAfter(now);
        }
    }

    private record Window(AccountKey account, Duration length, long number) {}

    private record Holder(ExclusiveLease lease, boolean released) {}

    /** What a lease grants. */
    record Grant(List<TrackedMessage> messages, @Nullable Instant limitedUntil) {}

    final Map<MessageKey, TrackedMessage> messages = new LinkedHashMap<>();
    final Map<MessageKey, byte[]> contents = new HashMap<>();
    final Map<MessageKey, List<ModelEvent>> events = new HashMap<>();
    final Map<String, TreeMap<Long, Waiting>> sinks = new LinkedHashMap<>();
    final Set<SuspensionScope> suspended = new LinkedHashSet<>();
    final List<ReceiptRecord> receipts = new ArrayList<>();
    final Map<MailboxKey, MailboxCursor> cursors = new HashMap<>();
    private final Map<Window, Integer> counts = new HashMap<>();
    private final Map<String, Holder> holders = new HashMap<>();
    private long lastEvent;

    void add(TrackedMessage stored, byte[] content, List<NewEvent> first) {
        messages.put(stored.key(), stored);
        contents.put(stored.key(), content);
        events.put(stored.key(), new ArrayList<>());
        happen(stored.key(), first, stored.enqueuedAt());
    }

    private void happen(MessageKey key, List<NewEvent> happened, Instant recordedAt) {
        for (NewEvent event : happened) {
            ModelEvent stored = new ModelEvent(++lastEvent, key, event, recordedAt);
            events.get(key).add(stored);
            sinks.values().forEach(sink -> sink.put(stored.number(), new Waiting(stored)));
        }
    }

    private static AccountKey account(TrackedMessage message) {
        return new AccountKey(message.key().tenant(), message.account());
    }

    private boolean isSuspended(TrackedMessage message) {
        return suspended.contains(new SuspensionScope.Tenant(message.key().tenant()))
                || suspended.contains(new SuspensionScope.Account(account(message)))
                || (message.batchCode() != null
                        && suspended.contains(
                                new SuspensionScope.Batch(message.key().tenant(), message.batchCode())));
    }

    Grant lease(LeaseRequest request, Instant now, Instant until) {
        List<TrackedMessage> candidates = messages.values().stream()
                .filter(message -> account(message).equals(request.account())
                        && message.state().isWaiting()
                        && !message.dueAt().isAfter(now)
                        && !isSuspended(message))
                .sorted(Comparator.comparing(TrackedMessage::priority).thenComparing(TrackedMessage::sequence))
                .toList();
        long room = request.rateLimits().stream()
                .mapToLong(limit -> Math.max(0, limit.messages() - count(request.account(), limit, now)))
                .min()
                .orElse(Long.MAX_VALUE);
        int granted = (int) Math.min(Math.min(request.limit(), room), candidates.size());
        List<TrackedMessage> leased = new ArrayList<>();
        for (TrackedMessage candidate : candidates.subList(0, granted)) {
            TrackedMessage sending = candidate
                    .next()
                    .state(MessageState.SENDING)
                    .attempts(candidate.attempts() + 1)
                    .deadline(until)
                    .build();
            messages.put(sending.key(), sending);
            leased.add(sending);
        }
        request.rateLimits().stream()
                .map(RateLimit::window)
                .distinct()
                .forEach(window -> counts.merge(window(request.account(), window, now), granted, Integer::sum));
        Instant limitedUntil = null;
        if (granted < request.limit() && granted < candidates.size()) {
            limitedUntil = request.rateLimits().stream()
                    .filter(limit -> count(request.account(), limit, now) >= limit.messages())
                    .map(limit -> Instant.EPOCH.plus(limit.window()
                            .multipliedBy(window(request.account(), limit.window(), now)
                                            .number()
                                    + 1)))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
        return new Grant(leased, limitedUntil);
    }

    private int count(AccountKey account, RateLimit limit, Instant now) {
        return counts.getOrDefault(window(account, limit.window(), now), 0);
    }

    private static Window window(AccountKey account, Duration length, Instant now) {
        return new Window(account, length, Math.floorDiv(now.getEpochSecond(), length.toSeconds()));
    }

    boolean extend(MessageVersion lease, Instant until) {
        TrackedMessage message = messages.get(lease.message());
        if (message == null || message.version() != lease.version() || message.state() != MessageState.SENDING) {
            return false;
        }
        messages.put(message.key(), Exactly.withDeadline(message, until));
        return true;
    }

    boolean apply(MessageChange change, Instant recordedAt) {
        TrackedMessage message = messages.get(change.message().key());
        if (message == null || message.version() != change.expectedVersion()) {
            return false;
        }
        messages.put(message.key(), change.message());
        happen(message.key(), change.events(), recordedAt);
        return true;
    }

    boolean record(ReceiptUnit unit, Instant recordedAt) {
        if (unit.fence() != null && !holds(unit.fence())) {
            return false;
        }
        Map<MessageKey, Long> versions = new HashMap<>();
        messages.forEach((key, message) -> versions.put(key, message.version()));
        for (MessageChange change : unit.changes()) {
            MessageKey key = change.message().key();
            if (versions.getOrDefault(key, 0L) != change.expectedVersion()) {
                return false;
            }
            versions.put(key, change.message().version());
        }
        List<ReceiptRecord> after = new ArrayList<>(receipts);
        for (ReceiptJudgement judgement : unit.judgements()) {
            if (!after.removeIf(
                    record -> record.id() == judgement.record().id() && record.disposition() == judgement.expected())) {
                return false;
            }
            after.add(judgement.record());
        }
        for (NewReceipt receipt : unit.receipts()) {
            after.add(receipt.record());
        }
        Set<List<Object>> marks = new HashSet<>();
        for (ReceiptRecord record : after) {
            AccountKey account = record.mailbox().account();
            if (!marks.add(List.of("fingerprint", account, record.fingerprint()))
                    || (record.eventKey() != null && !marks.add(List.of("event", account, record.eventKey())))) {
                return false;
            }
        }
        receipts.clear();
        receipts.addAll(after);
        unit.changes().forEach(change -> apply(change, recordedAt));
        unit.cursors().forEach(cursor -> cursors.put(cursor.mailbox(), cursor));
        return true;
    }

    /** Returns whether the lease is granted; the token is the store's to choose. */
    boolean mayAcquire(String resource, String owner, Instant now) {
        Holder holder = holders.get(resource);
        return holder == null
                || holder.released()
                || holder.lease().owner().equals(owner)
                || !holder.lease().until().isAfter(now);
    }

    /** Returns whether the token of a lease that was granted is as it must be, and remembers the lease. */
    boolean acquired(ExclusiveLease lease) {
        Holder before = holders.put(lease.resource(), new Holder(lease, false));
        if (before == null) {
            return true;
        }
        boolean sameHolder = !before.released() && before.lease().owner().equals(lease.owner());
        return sameHolder
                ? lease.token() == before.lease().token()
                : lease.token() > before.lease().token();
    }

    boolean holds(ExclusiveLease lease) {
        Holder holder = holders.get(lease.resource());
        return holder != null
                && !holder.released()
                && holder.lease().owner().equals(lease.owner())
                && holder.lease().token() == lease.token();
    }

    void release(ExclusiveLease lease) {
        if (holds(lease)) {
            holders.put(lease.resource(), new Holder(lease, true));
        }
    }

    List<Waiting> pending(String sink, String tenant, Instant now) {
        List<Waiting> pending = new ArrayList<>();
        Set<MessageKey> putOff = new HashSet<>();
        for (Waiting waiting : sinks.getOrDefault(sink, new TreeMap<>()).values()) {
            if (waiting.isPutOff(now)) {
                putOff.add(waiting.event.message());
            } else if (waiting.event.message().tenant().equals(tenant) && !putOff.contains(waiting.event.message())) {
                pending.add(waiting);
            }
        }
        return pending;
    }

    /** Returns what may be purged; which of it goes first where the limit cuts is for the caller to see. */
    Set<MessageKey> disposable(PurgeRequest request) {
        Set<MessageKey> disposable = new HashSet<>();
        for (TrackedMessage message : messages.values()) {
            List<ModelEvent> all = events.get(message.key());
            Instant last = all.get(all.size() - 1).recordedAt();
            Instant before = message.pec() ? request.evidenceBefore() : request.finishedBefore();
            boolean reported = sinks.values().stream()
                    .flatMap(sink -> sink.values().stream())
                    .noneMatch(waiting -> waiting.event.message().equals(message.key()));
            if (message.isFinished() && reported && before != null && last.isBefore(before)) {
                disposable.add(message.key());
            }
        }
        return disposable;
    }

    void remove(MessageKey key) {
        messages.remove(key);
        contents.remove(key);
        events.remove(key);
        receipts.removeIf(record -> key.equals(record.message()));
    }
}
