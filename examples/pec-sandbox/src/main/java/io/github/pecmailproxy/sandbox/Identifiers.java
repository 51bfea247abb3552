package io.github.pecmailproxy.sandbox;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The numbers in the identifiers of mails; none is given twice, not even in another life. Thread-safe.
 *
 * <p>They begin anywhere, so that two sandboxes under the same fixed clock do not write the same identifiers: a receipt's own
 * Message-ID is what clients tell repeated receipts by. They are reserved by the thousand, before they are used. The journal's
 * lock guards them.
 */
final class Identifiers {
    private static final long RESERVATION = 1000;

    private final Journal journal;
    private long last;
    private long reserved;

    /**
     * Creates the numbers.
     *
     * @param last the highest that may have been given, 0 for none
     */
    Identifiers(Journal journal, long last) {
        this.journal = journal;
        this.last = last == 0 ? ThreadLocalRandom.current().nextLong(1_000_000, 1_000_000_000) : last;
        this.reserved = this.last;
    }

    long next() {
        return journal.atomically(this::takeNext);
    }

    private long takeNext() {
        if (last >= reserved) {
            journal.record(new Change.IdentifiersReserved(reserved + RESERVATION), () -> reserved += RESERVATION);
        }
        return ++last;
    }
}
