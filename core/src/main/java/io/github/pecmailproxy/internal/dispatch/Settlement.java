package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.store.MessageChange;
import java.util.Optional;

/**
 * What is to be stored about a lease that is over. Immutable.
 *
 * @param change the change to the message
 * @param outcome how the transmission ended, empty when there was none
 * @param account the account it was made with, empty when there was none
 */
record Settlement(MessageChange change, Optional<SendOutcome> outcome, Optional<MailAccount> account) {
    static Settlement of(MessageChange change) {
        return new Settlement(change, Optional.empty(), Optional.empty());
    }
}
