package io.github.pecmailproxy.smtp;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.store.StoredContent;
import java.util.List;

/**
 * One message on its way to one server. Immutable.
 *
 * @param account the account to send with
 * @param envelopeFrom the reverse path ({@code MAIL FROM})
 * @param recipients the forward paths ({@code RCPT TO}), at least one
 * @param content the MIME message
 * @since 0.1.0
 */
public record Transmission(MailAccount account, String envelopeFrom, List<String> recipients, StoredContent content) {
    /** Copies the recipients. */
    public Transmission {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("recipients must name at least one");
        }
    }
}
