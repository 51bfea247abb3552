package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.ReceiptUnit;
import java.sql.SQLException;
import java.time.Instant;

/** Stores what was read from a mailbox, as a whole or not at all. Stateless and thread-safe. */
final class Recording {
    private Recording() {}

    /**
     * Stores a unit. Everybody locks in the same order: the fence, messages, records, cursors.
     *
     * @return whether it was stored; if not, the transaction must be rolled back
     */
    static boolean record(Session session, ReceiptUnit unit, Instant recordedAt) throws SQLException {
        if (!ExclusiveLeases.isHeld(session, unit.fence())
                || !Changing.apply(session, unit.changes(), recordedAt).isEmpty()
                || !Receipts.judge(session, unit.judgements())) {
            return false;
        }
        Receipts.insert(session, unit.receipts());
        Receipts.saveCursors(session, unit.cursors());
        return true;
    }

    /** Takes small contents into memory, so that a unit that has to be tried again reads them once. */
    static ReceiptUnit withSmallContentsInMemory(ReceiptUnit unit) {
        return new ReceiptUnit(
                unit.fence(),
                unit.receipts().stream().map(Recording::inMemory).toList(),
                unit.judgements(),
                unit.changes(),
                unit.cursors());
    }

    private static NewReceipt inMemory(NewReceipt receipt) {
        return receipt.content() == null
                ? receipt
                : new NewReceipt(receipt.record(), MemoryContent.ifSmall(receipt.content()));
    }
}
