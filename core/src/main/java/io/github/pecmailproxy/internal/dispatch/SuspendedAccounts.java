package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Suspends accounts that their servers refuse, and releases each when its settings change, whichever node suspended it and whenever. What
 * a person suspended stays. Thread-safe.
 */
final class SuspendedAccounts {
    /** How often the store is asked what other nodes, and earlier lives of this one, have suspended. */
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(10);

    private final EventStore store;
    private final AccountSource accounts;
    private final InstantSource clock;

    /** The suspensions that were found to be of the settings of today: to compare with their hashes is slow. */
    private final Map<AccountKey, Refusal> known = new ConcurrentHashMap<>();

    private volatile Instant lookAt = Instant.MIN;

    SuspendedAccounts(EventStore store, AccountSource accounts, InstantSource clock) {
        this.store = store;
        this.accounts = accounts;
        this.clock = clock;
    }

    /** Suspends an account that was refused with these settings. */
    void suspend(MailAccount account, String reason) {
        RefusedSettings settings = RefusedSettings.of(account);
        String hash = settings.hash();
        store.suspend(new Suspension(new SuspensionScope.Account(account.key()), reason, clock.instant(), hash));
        known.put(account.key(), new Refusal(settings, hash));
    }

    void releaseChanged() {
        Instant now = clock.instant();
        if (now.isBefore(lookAt) && known.entrySet().stream().noneMatch(this::hasChanged)) {
            return;
        }
        lookAt = now.plus(LOOK_INTERVAL);
        Set<AccountKey> stillSuspended = new HashSet<>();
        for (Suspension suspension : store.suspensions()) {
            String hash = suspension.refusedSettings();
            if (hash != null && suspension.scope() instanceof SuspensionScope.Account account) {
                if (release(account, hash)) {
                    store.activate(account);
                } else {
                    stillSuspended.add(account.key());
                }
            }
        }
        known.keySet().retainAll(stillSuspended);
    }

    private boolean hasChanged(Map.Entry<AccountKey, Refusal> refused) {
        return settings(refused.getKey())
                .filter(today -> !today.equals(refused.getValue().settings()))
                .isPresent();
    }

    private boolean release(SuspensionScope.Account account, String hash) {
        Optional<RefusedSettings> today = settings(account.key());
        if (today.isEmpty()) {
            return false;
        }
        Refusal refused = new Refusal(today.get(), hash);
        if (refused.equals(known.get(account.key()))) {
            return false;
        }
        if (today.get().differFrom(hash)) {
            return true;
        }
        known.put(account.key(), refused);
        return false;
    }

    private Optional<RefusedSettings> settings(AccountKey key) {
        return accounts.account(key).map(RefusedSettings::of);
    }

    private record Refusal(RefusedSettings settings, String hash) {}
}
