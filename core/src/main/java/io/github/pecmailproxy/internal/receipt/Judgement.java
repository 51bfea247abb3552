package io.github.pecmailproxy.internal.receipt;

import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.util.List;

/**
 * What a mail is taken for, and what follows. Immutable.
 *
 * @param record what is recorded of it
 * @param changes the changes to the message it speaks of, in order
 * @param events what the people who run the system must know
 */
record Judgement(ReceiptRecord record, List<MessageChange> changes, List<OperationalEvent> events) {
    static Judgement of(ReceiptRecord record) {
        return new Judgement(record, List.of(), List.of());
    }
}
