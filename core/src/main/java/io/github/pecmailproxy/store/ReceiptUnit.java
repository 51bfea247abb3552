package io.github.pecmailproxy.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from reading some mails, stored as a whole or not at all. Immutable.
 *
 * @param fence the lease under which the mailbox was read, null when none is needed
 * @param receipts the mails that were read
 * @param judgements new judgements of mails recorded earlier
 * @param changes the changes to messages that follow, in order; several may concern one message
 * @param cursors how far the folders were read, one for each folder at most
 * @since 0.1.0
 */
public record ReceiptUnit(
        @Nullable ExclusiveLease fence,
        List<NewReceipt> receipts,
        List<ReceiptJudgement> judgements,
        List<MessageChange> changes,
        List<MailboxCursor> cursors) {
    /** Copies the lists. */
    public ReceiptUnit {
        receipts = List.copyOf(receipts);
        judgements = List.copyOf(judgements);
        changes = List.copyOf(changes);
        cursors = List.copyOf(cursors);
    }
}
