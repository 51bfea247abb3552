package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.credentials.StoredAccounts;
import io.github.pecmailproxy.message.InvalidValueException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the account that a caller means by an id. Ids are unique within a tenant only, and the administrator need not name one. */
final class Accounts {
    private final StoredAccounts stored;

    Accounts(StoredAccounts stored) {
        this.stored = stored;
    }

    /**
     * Finds an account.
     *
     * @return its key; its settings may be unreadable
     * @throws ApiException if there is none that the caller may see, or several
     */
    AccountKey find(Caller caller, @Nullable String tenant, String id) {
        String scope = caller.scope(tenant);
        List<AccountKey> found = Stream.concat(
                        stored.accounts().stream().map(MailAccount::key), stored.unreadable().keySet().stream())
                .filter(key -> key.id().equals(id))
                .filter(key -> scope == null || key.tenant().equals(scope))
                .distinct()
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

    /** Returns the accounts of a tenant, or of all. */
    List<MailAccount> list(@Nullable String scope) {
        return stored.accounts().stream()
                .filter(account -> scope == null || account.key().tenant().equals(scope))
                .toList();
    }

    Optional<MailAccount> account(AccountKey key) {
        return stored.account(key);
    }

    /** Stores an account that {@link AccountForm} let pass. */
    MailAccount save(String json) {
        return stored.save(json);
    }

    boolean delete(AccountKey key) {
        return stored.delete(key);
    }
}
