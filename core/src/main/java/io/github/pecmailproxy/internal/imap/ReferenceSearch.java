package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.MailAccount;

/**
 * Asks a mailbox whether anything in it speaks of a message ({@code UID SEARCH HEADER X-Riferimento-Message-ID}). Thread-safe.
 *
 * @since 0.1.0
 */
public interface ReferenceSearch {
    /**
     * Searches all folders of the account.
     *
     * @param account whose mailbox
     * @param messageId the Message-ID with angle brackets
     * @return what was found, never null
     */
    Finding search(MailAccount account, String messageId);

    /** What a search found. */
    enum Finding {
        /** Something speaks of the message: a server has it. */
        FOUND,
        /** Nothing does, in any folder. */
        NOTHING,
        /** The mailbox could not be asked. */
        NO_ANSWER
    }
}
