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
    private final Map<AccountKey, MailAccount> refused = new ConcurrentHashMap<>();

    SuspendedAccounts(EventStore store, AccountSource accounts) {
        this.store = store;
        this.accounts = accounts;
    }

    void remember(MailAccount account) {
        refused.put(account.key(), account);
    }

    void releaseChanged() {
        for (MailAccount before : List.copyOf(refused.values())) {
            boolean changed = accounts.account(before.key())
                    .filter(now -> !Objects.equals(now.smtpCredentials(), before.smtpCredentials())
                            || !now.smtp().equals(before.smtp())
                            || !now.address().equals(before.address()))
                    .isPresent();
            if (changed) {
                store.activate(new SuspensionScope.Account(before.key()));
                refused.remove(before.key(), before);
            }
        }
    }
}
