package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What waits, by account, with the limits on how fast it may go. Not thread-safe: guarded by the store's lock. */
final class LeaseQueue {
    /**
     * What may go now.
     *
     * @param messages the messages, the most urgent first
     * @param limitedUntil until when a rate limit holds others back, null when none does
     */
    record Grant(List<TrackedMessage> messages, @Nullable Instant limitedUntil) {}

    private final Suspensions suspensions;
    private final Map<AccountKey, WaitingMessages> accounts = new HashMap<>();
    private final RateCounts counts = new RateCounts();
    /** How many messages wait since when. */
    private final NavigableMap<Instant, Integer> waitingSince = new TreeMap<>();

    LeaseQueue(Suspensions suspensions) {
        this.suspensions = suspensions;
    }

    void add(AccountKey account, TrackedMessage message) {
        accounts.computeIfAbsent(account, any -> new WaitingMessages()).add(message);
        waitingSince.merge(message.dueAt(), 1, Integer::sum);
    }

    void remove(AccountKey account, TrackedMessage message) {
        WaitingMessages waiting = accounts.get(account);
        if (waiting != null) {
            waiting.remove(message);
            waitingSince.computeIfPresent(message.dueAt(), (since, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Chooses what may go and counts it against the rate limits; the caller makes it so. */
    Grant grant(LeaseRequest request, Instant now) {
        AccountKey account = request.account();
        WaitingMessages waiting = accounts.get(account);
        if (waiting == null || suspensions.holds(account)) {
            return new Grant(List.of(), null);
        }
        List<RateLimit> limits = request.rateLimits();
        int room = counts.room(account, limits, now);
        boolean limited = room < request.limit();
        // One more than there is room for tells whether the limits hold anything back.
        int wanted = limited ? room + 1 : request.limit();
        List<TrackedMessage> next = waiting.next(now, wanted, batch -> suspensions.holdsBatch(account.tenant(), batch));
        List<TrackedMessage> granted = next.subList(0, Math.min(next.size(), room));
        counts.add(account, limits, now, granted.size());
        boolean heldBack = next.size() > granted.size();
        return new Grant(List.copyOf(granted), heldBack ? counts.end(account, limits, now) : null);
    }

    /** Since when the longest waiting message that is due has been so, null when none waits. */
    @Nullable
    Instant oldestDue(Instant now) {
        return waitingSince.isEmpty() || waitingSince.firstKey().isAfter(now) ? null : waitingSince.firstKey();
    }

    /** Holds back the messages of a scope that was just suspended. */
    void suspended(SuspensionScope scope) {
        if (scope instanceof SuspensionScope.Batch batch) {
            accounts.forEach((account, waiting) -> {
                if (account.tenant().equals(batch.tenant())) {
                    waiting.hold(batch.batchCode());
                }
            });
        }
    }

    /** Lets the messages of a scope go that was just activated. */
    void activated(SuspensionScope scope) {
        if (scope instanceof SuspensionScope.Batch batch) {
            accounts.forEach((account, waiting) -> {
                if (account.tenant().equals(batch.tenant())) {
                    waiting.release(batch.batchCode());
                }
            });
        }
    }
}
