package io.github.pecmailproxy.rest;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits how often each caller may ask: so many requests in a minute, at once or spread over it. Counts in this process; remembers the
 * callers seen last. Thread-safe.
 */
final class RequestLimit {
    private static final int MOST_CALLERS = 10_000;
    private static final double MILLIS_A_MINUTE = 60_000;

    private final int perMinute;
    private final InstantSource clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST_CALLERS;
        }
    };

    private record Bucket(double left, long atMillis) {}

    RequestLimit(int perMinute, InstantSource clock) {
        this.perMinute = perMinute;
        this.clock = clock;
    }

    synchronized boolean allows(String caller) {
        long now = clock.millis();
        Bucket bucket = buckets.getOrDefault(caller, new Bucket(perMinute, now));
        double refilled = Math.max(0, now - bucket.atMillis()) / MILLIS_A_MINUTE * perMinute;
        double left = Math.min(perMinute, bucket.left() + refilled);
        boolean allowed = left >= 1;
        buckets.put(caller, new Bucket(allowed ? left - 1 : left, now));
        return allowed;
    }
}
