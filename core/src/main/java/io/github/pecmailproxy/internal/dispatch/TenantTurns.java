package io.github.pecmailproxy.internal.dispatch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Decides whose turn it is when a place to transmit becomes free: the tenant's that holds the fewest places, of those the one that waits
 * longest; and within a tenant its accounts take turns, however many connections each may have. Who is alone may take every place.
 *
 * <p>A choice costs the logarithm of the number of tenants that wait, whatever number of messages they have. Thread-safe; nothing is done
 * under its lock but bookkeeping.
 */
final class TenantTurns {
    private final Map<String, Tenant> tenants = new HashMap<>();

    /** The tenants that wait, the one whose turn it is first. Taken out while their order changes. */
    private final NavigableSet<Tenant> waiting = new TreeSet<>(
            Comparator.comparingInt((Tenant tenant) -> tenant.places).thenComparingLong(tenant -> tenant.since));

    private long moment;

    /** A tenant that waits or holds places. Compared by identity. */
    private static final class Tenant {
        /** How many workers of each account wait, the account whose turn it is first. */
        private final Map<AccountLane, Integer> lanes = new LinkedHashMap<>();

        private int places;

        /** When it began to wait, or had its last turn since then: unique. */
        private long since;

        boolean waits() {
            return !lanes.isEmpty();
        }

        AccountLane takeLane() {
            Map.Entry<AccountLane, Integer> first = lanes.entrySet().iterator().next();
            AccountLane lane = first.getKey();
            int left = first.getValue() - 1;
            lanes.remove(lane);
            if (left > 0) {
                lanes.put(lane, left);
            }
            return lane;
        }
    }

    /** Has a worker of an account wait for its turn. */
    synchronized void await(AccountLane lane) {
        change(lane, tenant -> {
            if (!tenant.waits()) {
                tenant.since = ++moment;
            }
            tenant.lanes.merge(lane, 1, Integer::sum);
        });
    }

    /** Gives a place that is free to the account whose turn it is, empty if none waits; {@link #ended} gives the place back. */
    synchronized Optional<AccountLane> next() {
        Tenant tenant = waiting.pollFirst();
        if (tenant == null) {
            return Optional.empty();
        }
        AccountLane lane = tenant.takeLane();
        tenant.places++;
        tenant.since = ++moment;
        if (tenant.waits()) {
            waiting.add(tenant);
        }
        return Optional.of(lane);
    }

    /** Notes that an account's turn is over and its place free. */
    synchronized void ended(AccountLane lane) {
        change(lane, tenant -> tenant.places--);
    }

    /** Takes a place that an account holds out of the count: a further one stands in for it. */
    synchronized void replaced(AccountLane lane) {
        change(lane, tenant -> tenant.places--);
    }

    /** Takes a place into the count again that was {@linkplain #replaced replaced}. */
    synchronized void restored(AccountLane lane) {
        change(lane, tenant -> tenant.places++);
    }

    /** Tells whether a tenant waits that would still hold no more than this account's if it had one of its places. */
    synchronized boolean isDueToAnother(AccountLane lane) {
        Tenant tenant = tenants.get(lane.tenant());
        return tenant != null && !waiting.isEmpty() && waiting.first().places < tenant.places - 1;
    }

    private void change(AccountLane lane, Consumer<Tenant> change) {
        Tenant tenant = tenants.computeIfAbsent(lane.tenant(), any -> new Tenant());
        if (tenant.waits()) {
            waiting.remove(tenant);
        }
        change.accept(tenant);
        if (tenant.waits()) {
            waiting.add(tenant);
        } else if (tenant.places == 0) {
            // Nothing is remembered of who neither waits nor holds a place.
            tenants.remove(lane.tenant());
        }
    }
}
