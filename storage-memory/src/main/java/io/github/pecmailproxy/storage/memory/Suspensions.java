package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is suspended. Not thread-safe: guarded by the store's lock. */
final class Suspensions {
    private final Map<SuspensionScope, Suspension> suspensions = new LinkedHashMap<>();

    void add(Suspension suspension) {
        Suspension before = suspensions.get(suspension.scope());
        Instant since = before == null ? Milliseconds.cut(suspension.since()) : before.since();
        suspensions.put(
                suspension.scope(),
                new Suspension(suspension.scope(), suspension.reason(), since, suspension.refusedSettings()));
    }

    boolean remove(SuspensionScope scope) {
        return suspensions.remove(scope) != null;
    }

    List<Suspension> list() {
        return List.copyOf(suspensions.values());
    }

    /** Tells whether all messages of an account are held back, by its own suspension or by its tenant's. */
    boolean holds(AccountKey account) {
        return suspensions.containsKey(new SuspensionScope.Account(account))
                || suspensions.containsKey(new SuspensionScope.Tenant(account.tenant()));
    }

    boolean holdsBatch(String tenant, String batchCode) {
        return suspensions.containsKey(new SuspensionScope.Batch(tenant, batchCode));
    }
}
