package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.StoredAccount;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The accounts that were given by {@code POST /account}, kept encrypted in the store; the engine's source of accounts. Thread-safe. */
final class Accounts implements AccountSource {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

    private final EventStore store;
    private final Vault vault;
    private final AccountForm form;
    private final Map<AccountKey, Opened> opened = new ConcurrentHashMap<>();

    /** An account as it was read from its stored settings, so that it is not decrypted at every turn of the engine. */
    private record Opened(StoredAccount stored, @Nullable MailAccount account) {}

    Accounts(EventStore store, Vault vault, AccountForm form) {
        this.store = store;
        this.vault = vault;
        this.form = form;
    }

    void save(MailAccount account, String json) {
        AccountKey key = account.key();
        store.saveAccount(new StoredAccount(
                key, vault.seal("account " + key, json), store.clock().instant()));
    }

    boolean delete(AccountKey key) {
        opened.remove(key);
        return store.deleteAccount(key);
    }

    @Override
    public Collection<MailAccount> accounts() {
        List<MailAccount> accounts = new ArrayList<>();
        for (StoredAccount stored : store.accounts()) {
            MailAccount account = open(stored);
            if (account != null) {
                accounts.add(account);
            }
        }
        return accounts;
    }

    /**
     * Finds the account that a caller means by an id.
     *
     * @throws ApiException if there is none that the caller may see, or several
     */
    MailAccount find(Caller caller, @Nullable String tenant, String id) {
        String scope = caller.scope(tenant);
        List<MailAccount> found = accounts().stream()
                .filter(account -> account.key().id().equals(id))
                .filter(account -> scope == null || account.key().tenant().equals(scope))
                .toList();
        if (found.isEmpty()) {
            throw ApiException.notFound("account " + InvalidValueException.quote(id) + " is unknown");
        }
        if (found.size() > 1) {
            throw ApiException.conflict(
                    "account " + InvalidValueException.quote(id) + " is there for several tenants: name the tenant_id");
        }
        return found.get(0);
    }

    private @Nullable MailAccount open(StoredAccount stored) {
        return opened.compute(stored.key(), (key, known) -> {
                    if (known != null && known.stored().equals(stored)) {
                        return known;
                    }
                    try {
                        String json = vault.open("account " + key, stored.settings());
                        return new Opened(stored, form.read(json, key.tenant()));
                    } catch (IllegalStateException | IllegalArgumentException unreadable) {
                        // One account that cannot be read must not stop the others.
                        LOG.error("Account {} cannot be used: {}", key, unreadable.getMessage());
                        return new Opened(stored, null);
                    }
                })
                .account();
    }
}
