package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.SuspensionScope;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers with which settings an account was refused, and releases it when they change. What a person suspended, or another
 * process, is not remembered here and stays. Thread-safe.
 */
final class SuspendedAccounts {
    private final EventStore store;
    private final AccountSource accounts;
    private final Map<AccountKey, Refusal> refused = new ConcurrentHashMap<>();

    SuspendedAccounts(EventStore store, AccountSource accounts) {
        this.store = store;
        this.accounts = accounts;
    }

    /** Remembers the settings with which an account was suspended, and the reason given. */
    void remember(MailAccount account, String reason) {
        refused.put(account.key(), new Refusal(account, reason));
    }

    void releaseChanged() {
        for (Refusal refusal : List.copyOf(refused.values())) {
            MailAccount before = refusal.account();
            boolean changed = accounts.account(before.key())
                    .filter(now -> !Objects.equals(now.smtpCredentials(), before.smtpCredentials())
                            || !now.smtp().equals(before.smtp())
                            || !now.address().equals(before.address()))
                    .isPresent();
            if (changed) {
                SuspensionScope scope = new SuspensionScope.Account(before.key());
                boolean ours = store.suspensions().stream()
                        .anyMatch(held ->
                                held.scope().equals(scope) && held.reason().equals(refusal.reason()));
                if (ours) {
                    store.activate(scope);
                }
                refused.remove(before.key(), refusal);
            }
        }
    }

    private record Refusal(MailAccount account, String reason) {}
}
