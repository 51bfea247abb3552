package io.github.pecmailproxy.internal.retention;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long what is over is kept, each null for ever. Immutable.
 *
 * @param ordinary finished messages of ordinary accounts
 * @param evidence finished messages of PEC accounts, with their receipts
 * @param unrelated records of mails that concern no message
 */
public record RetentionSettings(
        @Nullable Duration ordinary,
        @Nullable Duration evidence,
        @Nullable Duration unrelated) {
    /** Everything is kept for ever. */
    public static final RetentionSettings KEEP_EVERYTHING = new RetentionSettings(null, null, null);

    /** Returns the same with another time for messages of ordinary accounts. */
    public RetentionSettings withOrdinary(Duration value) {
        return new RetentionSettings(value, evidence, unrelated);
    }

    /** Returns the same with another time for messages of PEC accounts. */
    public RetentionSettings withEvidence(Duration value) {
        return new RetentionSettings(ordinary, value, unrelated);
    }

    /** Returns the same with another time for mails that concern no message. */
    public RetentionSettings withUnrelated(Duration value) {
        return new RetentionSettings(ordinary, evidence, value);
    }

    /** Tells whether nothing is ever deleted. */
    public boolean keepsEverything() {
        return equals(KEEP_EVERYTHING);
    }
}
