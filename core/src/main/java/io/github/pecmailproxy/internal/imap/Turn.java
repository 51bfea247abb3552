package io.github.pecmailproxy.internal.imap;

import java.util.function.BooleanSupplier;

/** How much of a mailbox is read before it is others' turn. Used by one thread, but for what says otherwise. */
final class Turn {
    private final BooleanSupplier stopping;
    private long batchesLeft;
    private volatile boolean reading;

    private Turn(BooleanSupplier stopping, long batches) {
        this.stopping = stopping;
        this.batchesLeft = batches;
    }

    /** Reads to the end, unless told to stop. */
    static Turn toTheEnd(BooleanSupplier stopping) {
        return new Turn(stopping, Long.MAX_VALUE);
    }

    /** Reads some batches at most. */
    static Turn ofBatches(int batches, BooleanSupplier stopping) {
        return new Turn(stopping, batches);
    }

    /** Tells whether the server has got so far that mails are read; may be asked by any thread. */
    boolean isReading() {
        return reading;
    }

    /** Tells whether there is one more batch to read. */
    boolean hasBatch() {
        return batchesLeft > 0;
    }

    /** Takes the right to read one more batch; false when the turn is over. */
    boolean takeBatch() {
        if (batchesLeft == 0 || stopping.getAsBoolean()) {
            return false;
        }
        batchesLeft--;
        reading = true;
        return true;
    }
}
