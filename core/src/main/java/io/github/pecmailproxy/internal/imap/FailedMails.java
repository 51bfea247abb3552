package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.store.MailboxKey;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts how often single mails could not be read. Kept in memory only: after a restart they are given the same chances again. Used
 * by one thread at a time.
 */
final class FailedMails {
    private final Map<Mail, Integer> failures = new HashMap<>();

    /** Counts one more failure and returns how many there are. */
    int failed(MailboxKey mailbox, long uidValidity, long uid) {
        return failures.merge(new Mail(mailbox, uidValidity, uid), 1, Integer::sum);
    }

    void forget(MailboxKey mailbox, long uidValidity, long uid) {
        failures.remove(new Mail(mailbox, uidValidity, uid));
    }

    /** Forgets all of them: the mailbox was read to its end. */
    void clear() {
        failures.clear();
    }

    private record Mail(MailboxKey mailbox, long uidValidity, long uid) {}
}
