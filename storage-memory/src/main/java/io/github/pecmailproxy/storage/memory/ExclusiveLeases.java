package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.store.ExclusiveLease;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who alone may work on what. Not thread-safe: guarded by the store's lock. */
final class ExclusiveLeases {
    /** The last lease of a resource; kept when it is released, so that the next token is higher. */
    private record Holding(ExclusiveLease lease, boolean released) {}

    private final Map<String, Holding> holdings = new HashMap<>();

    Optional<ExclusiveLease> acquire(String resource, String owner, Instant now, Instant until) {
        Holding current = holdings.get(resource);
        long token;
        if (current == null) {
            token = 1;
        } else if (current.released()) {
            token = current.lease().token() + 1;
        } else if (current.lease().owner().equals(owner)) {
            token = current.lease().token();
        } else if (!current.lease().until().isAfter(now)) {
            token = current.lease().token() + 1;
        } else {
            return Optional.empty();
        }
        ExclusiveLease lease = new ExclusiveLease(resource, owner, token, Milliseconds.cut(until));
        holdings.put(resource, new Holding(lease, false));
        return Optional.of(lease);
    }

    void release(ExclusiveLease lease) {
        if (holds(lease)) {
            holdings.put(lease.resource(), new Holding(lease, true));
        }
    }

    /** Tells whether a fence holds: nobody else took it since and it was not released. No fence always holds. */
    boolean holds(@Nullable ExclusiveLease fence) {
        if (fence == null) {
            return true;
        }
        Holding current = holdings.get(fence.resource());
        return current != null
                && !current.released()
                && current.lease().token() == fence.token()
                && current.lease().owner().equals(fence.owner());
    }
}
