package io.github.pecmailproxy.testing;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.RecipientRole;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import java.time.Instant;
import java.util.List;

/** Accounts and messages for tests. */
public final class Samples {
    /** The time at which the samples' story begins. */
    public static final Instant NOW = Instant.parse("2026-01-02T02:04:05Z");

    /** The certified sender. */
    public static final String SENDER = "bruno@pec.example";

    private Samples() {}

    /** Starts a PEC account of the default tenant; its mailbox is {@link #SENDER}. */
    public static MailAccount.Builder pec(String id) {
        return MailAccount.pec(id)
                .smtp(new MailServer("127.0.0.1", 465, Transport.IMPLICIT_TLS))
                .imap(new MailServer("127.0.0.1", 993, Transport.IMPLICIT_TLS))
                .credentials(SENDER, "not-to-be-seen");
    }

    /** A PEC account with all its defaults. */
    public static MailAccount pecAccount() {
        return pec("pec").build();
    }

    /** An ordinary account with all its defaults. */
    public static MailAccount ordinaryAccount() {
        return MailAccount.ordinary("ordinary")
                .smtp(new MailServer("127.0.0.1", 465, Transport.IMPLICIT_TLS))
                .credentials("bruno@mail.example", "not-to-be-seen")
                .build();
    }

    /** A message of the PEC account that waits for its first transmission. */
    public static TrackedMessage pecMessage(String id, String... recipients) {
        return message(pecAccount().key(), true, id, recipients);
    }

    /** A message of the ordinary account that waits for its first transmission. */
    public static TrackedMessage ordinaryMessage(String id, String... recipients) {
        return message(ordinaryAccount().key(), false, id, recipients);
    }

    /** A message that waits for its first transmission, in version 1. */
    public static TrackedMessage message(AccountKey account, boolean pec, String id, String... recipients) {
        return message(account, pec, SENDER, id, List.of(recipients));
    }

    /** A message with a reverse path of its own that waits for its first transmission, in version 1. */
    public static TrackedMessage message(
            AccountKey account, boolean pec, String reversePath, String id, List<String> recipients) {
        return new TrackedMessage(
                new MessageKey(account.tenant(), id),
                0,
                account.id(),
                pec,
                messageId(id),
                reversePath,
                "Comunicazione",
                Priority.MEDIUM,
                null,
                null,
                MessageState.QUEUED,
                recipients.stream()
                        .map(address -> RecipientStatus.pending(address, RecipientRole.TO))
                        .toList(),
                0,
                NOW,
                NOW,
                null,
                null,
                null,
                null,
                null,
                null,
                6,
                "0".repeat(64),
                "f".repeat(64),
                1);
    }

    /** The Message-ID of a sample message. */
    public static String messageId(String id) {
        return "<" + id + "@proxy.example>";
    }

    /** The message as a lease makes it. */
    public static TrackedMessage leased(TrackedMessage waiting, Instant until) {
        return waiting.next()
                .state(MessageState.SENDING)
                .attempts(waiting.attempts() + 1)
                .deadline(until)
                .build();
    }
}
