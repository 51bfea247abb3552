package io.github.pecmailproxy.pec;

import java.util.Locale;

/**
 * Whether a recipient has a certified mailbox. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public enum RecipientType {
    /** A PEC mailbox ({@code certificato}): a delivery receipt or a failure notice will come. */
    CERTIFIED,
    /** An ordinary mailbox ({@code esterno}): no delivery receipt will ever come (facts 0.7). */
    EXTERNAL;

    /**
     * Returns the name in reports: {@code certified} or {@code external}.
     *
     * @return the name, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
