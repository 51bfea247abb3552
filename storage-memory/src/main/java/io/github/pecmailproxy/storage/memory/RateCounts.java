package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts what was leased, for each account and length of window, in windows aligned to the epoch. Not thread-safe: guarded by the
 * store's lock.
 */
final class RateCounts {
    private record Series(AccountKey account, Duration window) {}

    /** Counts by the beginning of the window, in seconds. */
    private final Map<Series, NavigableMap<Long, Integer>> counts = new HashMap<>();

    /** Returns how many more messages all limits allow at this time, at least 0. */
    int room(AccountKey account, List<RateLimit> limits, Instant now) {
        int room = Integer.MAX_VALUE;
        for (RateLimit limit : limits) {
            room = Math.min(room, Math.max(0, limit.messages() - count(account, limit, now)));
        }
        return room;
    }

    /** Returns the end of the last of the windows that are used up. */
    Instant end(AccountKey account, List<RateLimit> limits, Instant now) {
        Instant end = now;
        for (RateLimit limit : limits) {
            Instant endOfWindow = Instant.ofEpochSecond(beginning(limit, now)).plus(limit.window());
            if (count(account, limit, now) >= limit.messages() && endOfWindow.isAfter(end)) {
                end = endOfWindow;
            }
        }
        return end;
    }

    /** Counts messages that were leased: once for each length of window, however many limits share it. */
    void add(AccountKey account, List<RateLimit> limits, Instant now, int leased) {
        Set<Duration> counted = new HashSet<>();
        for (RateLimit limit : limits) {
            if (counted.add(limit.window())) {
                NavigableMap<Long, Integer> windows =
                        counts.computeIfAbsent(new Series(account, limit.window()), any -> new TreeMap<>());
                long beginning = beginning(limit, now);
                windows.merge(beginning, leased, Integer::sum);
                // The window before is kept for a caller whose clock is a little behind.
                windows.headMap(beginning - limit.window().toSeconds()).clear();
            }
        }
    }

    private int count(AccountKey account, RateLimit limit, Instant now) {
        NavigableMap<Long, Integer> windows = counts.get(new Series(account, limit.window()));
        return windows == null ? 0 : windows.getOrDefault(beginning(limit, now), 0);
    }

    private static long beginning(RateLimit limit, Instant now) {
        long seconds = limit.window().toSeconds();
        return Math.floorDiv(now.getEpochSecond(), seconds) * seconds;
    }
}
