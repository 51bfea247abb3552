package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.MailAccount;

/**
 * Opens connections to mailboxes. Thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface MailboxConnector {
    /**
     * Connects to an account's mailbox and logs in.
     *
     * @param account whose mailbox; it has one
     * @return the connection, no folder opened yet, never null
     * @throws MailboxException if that fails
     */
    MailboxConnection connect(MailAccount account) throws MailboxException;
}
