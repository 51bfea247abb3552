package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PutOffReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The events that wait for one sink. Not thread-safe: guarded by the store's lock. */
final class Outbox {
    private record Waiting(MessageEvent event, int attempts, Optional<Instant> dueAt) {
        boolean isPutOff(Instant now) {
            return dueAt.filter(due -> due.isAfter(now)).isPresent();
        }
    }

    /** By tenant, in ascending sequence. */
    private final Map<String, NavigableMap<Long, Waiting>> tenants = new HashMap<>();
    /** Whose event a sequence is. */
    private final Map<Long, String> tenantOf = new HashMap<>();

    void add(MessageEvent event) {
        String tenant = event.message().tenant();
        tenants.computeIfAbsent(tenant, any -> new TreeMap<>())
                .put(event.sequence(), new Waiting(event, 0, Optional.empty()));
        tenantOf.put(event.sequence(), tenant);
    }

    List<Long> sequences() {
        return List.copyOf(tenantOf.keySet());
    }

    int size() {
        return tenantOf.size();
    }

    List<String> tenants(Instant now) {
        return tenants.keySet().stream()
                .filter(tenant -> !list(tenant, now, 1).isEmpty())
                .toList();
    }

    List<PendingReport> list(String tenant, Instant now, int limit) {
        List<PendingReport> reports = new ArrayList<>();
        Set<MessageKey> putOff = new HashSet<>();
        for (Waiting waiting : tenants.getOrDefault(tenant, new TreeMap<>()).values()) {
            if (waiting.isPutOff(now)) {
                putOff.add(waiting.event().message());
            } else if (!putOff.contains(waiting.event().message())) {
                reports.add(new PendingReport(waiting.event(), waiting.attempts()));
                if (reports.size() == limit) {
                    break;
                }
            }
        }
        return reports;
    }

    /** Removes what is done and returns whose it was, once for each entry that was waiting. */
    List<MessageKey> remove(Collection<Long> done) {
        List<MessageKey> removed = new ArrayList<>();
        for (Long sequence : done) {
            String tenant = tenantOf.remove(sequence);
            if (tenant != null) {
                tenants.computeIfPresent(tenant, (name, waiting) -> {
                    Waiting entry = waiting.remove(sequence);
                    if (entry != null) {
                        removed.add(entry.event().message());
                    }
                    return waiting.isEmpty() ? null : waiting;
                });
            }
        }
        return removed;
    }

    void putOff(Collection<PutOffReport> reports) {
        for (PutOffReport report : reports) {
            String tenant = tenantOf.get(report.sequence());
            if (tenant != null) {
                tenants.getOrDefault(tenant, new TreeMap<>())
                        .computeIfPresent(
                                report.sequence(),
                                (sequence, waiting) -> new Waiting(
                                        waiting.event(),
                                        waiting.attempts() + 1,
                                        Optional.of(Milliseconds.cut(report.dueAt()))));
            }
        }
    }
}
