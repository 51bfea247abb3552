package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.StoredContent;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Leases messages. Accounts are taken in one order by everybody; rows of the queue and of the messages' progress that somebody else has
 * locked are passed over, so that a lease waits for nobody but another lease under the same rate limit. Thread-safe.
 */
final class Leasing {
    /** How often messages of suspended batches are taken out of the order before what is left is granted. */
    private static final int MOST_HOLDING_ROUNDS = 20;

    /** How much content comes with a lease, in bytes; what is beyond is read when it is sent. */
    private static final long MOST_PREFETCHED = 4L * 1024 * 1024;

    private static final long LONGEST_PREFETCHED = 64L * 1024;

    private final Transactions transactions;

    Leasing(Transactions transactions) {
        this.transactions = transactions;
    }

    private record Grant(AccountKey account, List<Queue.Candidate> candidates, RateCounters rates, boolean moreWait) {}

    private sealed interface Round {
        record Leased(List<LeaseBatch> batches) implements Round {}

        record InTheWay(Set<Suspensions.Batch> batches) implements Round {}
    }

    List<LeaseBatch> lease(List<LeaseRequest> requests, Instant now, Instant until) {
        if (requests.isEmpty()) {
            return List.of();
        }
        for (int round = 1; ; round++) {
            boolean last = round == MOST_HOLDING_ROUNDS;
            // A round in whose way something stood grants nothing, and commits: what it made ready must be there to be
            // held.
            Round outcome = transactions.write("lease messages", session -> lease(session, requests, now, until, last));
            if (outcome instanceof Round.Leased leased) {
                return leased.batches();
            }
            for (Suspensions.Batch batch : ((Round.InTheWay) outcome).batches()) {
                transactions.write("hold a batch", session -> Suspensions.hold(session, batch));
            }
        }
    }

    private Round lease(Session session, List<LeaseRequest> requests, Instant now, Instant until, boolean last)
            throws SQLException {
        Suspensions.Current suspended = Suspensions.of(
                session,
                requests.stream().map(request -> request.account().tenant()).toList());
        for (Suspensions.Batch batch : suspended.released()) {
            Suspensions.letGo(session, batch);
        }
        List<LeaseRequest> ordered = requests.stream()
                .filter(request -> !suspended.covers(request.account()))
                .sorted(Comparator.comparing(
                                (LeaseRequest request) -> request.account().tenant())
                        .thenComparing(request -> request.account().id()))
                .toList();
        Set<Suspensions.Batch> inTheWay = new HashSet<>();
        Map<AccountKey, Grant> grants = new LinkedHashMap<>();
        for (LeaseRequest request : ordered) {
            Grant grant = claim(session, request, now, suspended, inTheWay);
            grants.put(request.account(), grant);
        }
        if (!inTheWay.isEmpty() && !last) {
            return new Round.InTheWay(inTheWay);
        }
        Map<Long, TrackedMessage> leased = take(session, grants.values(), until);
        Map<Long, StoredContent> contents = contents(session, leased.values());
        List<LeaseBatch> batches = new ArrayList<>();
        for (LeaseRequest request : requests) {
            @Nullable Grant grant = grants.get(request.account());
            batches.add(
                    grant == null
                            ? new LeaseBatch(request.account(), List.of(), null)
                            : batch(session, grant, leased, contents));
        }
        return new Round.Leased(batches);
    }

    private static Grant claim(
            Session session,
            LeaseRequest request,
            Instant now,
            Suspensions.Current suspended,
            Set<Suspensions.Batch> inTheWay)
            throws SQLException {
        AccountKey account = request.account();
        RateCounters rates = RateCounters.lock(session, account, request.rateLimits(), now);
        int most = Math.min(request.limit(), rates.left());
        Queue.promote(session, account, now, request.limit());
        // One more than is granted tells whether the rate limit holds something back.
        int asked = most < request.limit() ? most + 1 : most;
        List<Queue.Candidate> free = new ArrayList<>();
        for (Queue.Candidate candidate : Queue.claim(session, account, now, asked)) {
            String code = candidate.batchCode();
            Suspensions.Batch batch = code == null ? null : new Suspensions.Batch(account.tenant(), code);
            if (batch != null && suspended.held().contains(batch)) {
                inTheWay.add(batch);
            } else {
                free.add(candidate);
            }
        }
        return new Grant(account, free.subList(0, Math.min(most, free.size())), rates, free.size() > most);
    }

    /** Moves the messages on, those at least whose rows nobody has locked. */
    private static Map<Long, TrackedMessage> take(Session session, Iterable<Grant> grants, Instant until)
            throws SQLException {
        List<Long> wanted = new ArrayList<>();
        grants.forEach(grant -> grant.candidates().forEach(candidate -> wanted.add(candidate.sequence())));
        if (wanted.isEmpty()) {
            return Map.of();
        }
        List<Long> free = session.listIn(
                session.dialect().lockingFree("SELECT message_seq FROM {progress} /*hint*/ WHERE message_seq IN (:in)"),
                Session.Binder.NONE,
                wanted,
                Row::number);
        Map<Long, TrackedMessage> leased = Messages.findAll(session, free).stream()
                .map(message -> message.next()
                        .state(MessageState.SENDING)
                        .attempts(message.attempts() + 1)
                        .deadline(Instant.ofEpochMilli(until.toEpochMilli()))
                        .build())
                .collect(Collectors.toMap(TrackedMessage::sequence, message -> message));
        Queue.remove(session, leased.keySet());
        session.updateIn("""
                UPDATE {progress} SET state = 'SENDING', attempts = attempts + 1, version = version + 1, deadline = ?
                WHERE message_seq IN (:in)""", parameters -> parameters.time(until), leased.keySet());
        return leased;
    }

    private Map<Long, StoredContent> contents(Session session, Iterable<TrackedMessage> messages) throws SQLException {
        Map<Long, StoredContent> contents = new HashMap<>();
        Map<Long, String> small = new HashMap<>();
        long left = MOST_PREFETCHED;
        for (TrackedMessage message : messages) {
            if (message.contentSize() <= Math.min(left, LONGEST_PREFETCHED)) {
                left -= message.contentSize();
                small.put(message.sequence(), message.contentSha256());
            } else {
                contents.put(message.sequence(), content(message));
            }
        }
        ContentTable.OF_MESSAGES
                .firstChunks(session, small.keySet())
                .forEach((sequence, bytes) ->
                        contents.put(sequence, new MemoryContent(bytes, small.getOrDefault(sequence, ""))));
        return contents;
    }

    private StoredContent content(TrackedMessage message) {
        return new ChunkedContent(
                transactions,
                ContentTable.OF_MESSAGES,
                message.sequence(),
                message.contentSize(),
                message.contentSha256());
    }

    private LeaseBatch batch(
            Session session, Grant grant, Map<Long, TrackedMessage> leased, Map<Long, StoredContent> contents)
            throws SQLException {
        List<LeasedMessage> messages = new ArrayList<>();
        for (Queue.Candidate candidate : grant.candidates()) {
            @Nullable TrackedMessage message = leased.get(candidate.sequence());
            if (message != null) {
                @Nullable StoredContent content = contents.get(candidate.sequence());
                messages.add(new LeasedMessage(message, content == null ? content(message) : content));
            }
        }
        grant.rates().count(session, messages.size());
        return new LeaseBatch(
                grant.account(), messages, grant.moreWait() ? grant.rates().limitedUntil(messages.size()) : null);
    }
}
