package io.github.pecmailproxy.account;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Supplies the accounts at run time. Implementations are thread-safe; what they return may change between calls, and a change
 * takes effect with the next message or poll.
 *
 * @since 0.1.0
 */
public interface AccountSource {
    /**
     * Returns all accounts.
     *
     * @return the accounts, never null
     */
    Collection<MailAccount> accounts();

    /**
     * Finds one account.
     *
     * @param key which
     * @return the account, or empty when there is none
     */
    default Optional<MailAccount> account(AccountKey key) {
        return accounts().stream().filter(account -> account.key().equals(key)).findFirst();
    }

    /**
     * Supplies a fixed list.
     *
     * @param accounts the accounts
     * @return the source, never null
     */
    static AccountSource of(Collection<MailAccount> accounts) {
        List<MailAccount> fixed = List.copyOf(accounts);
        return () -> fixed;
    }
}
