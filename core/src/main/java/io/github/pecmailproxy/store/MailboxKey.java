package io.github.pecmailproxy.store;

import io.github.pecmailproxy.account.AccountKey;

/**
 * Identifies a folder of an account's mailbox. Immutable.
 *
 * @param account whose mailbox
 * @param folder the folder's full name
 * @since 0.1.0
 */
public record MailboxKey(AccountKey account, String folder) {
    @Override
    public String toString() {
        return account + "/" + folder;
    }
}
