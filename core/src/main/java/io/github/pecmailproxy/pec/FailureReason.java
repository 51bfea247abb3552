package io.github.pecmailproxy.pec;

import java.util.Locale;

/**
 * Why a message failed or is late, in one word (facts 5). Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public enum FailureReason {
    /** There is no such mailbox (5.1.1, {@code no-dest}). */
    RECIPIENT_UNKNOWN,
    /** There is no such mail domain (5.1.2, {@code no-dominio}). */
    DOMAIN_UNKNOWN,
    /** The mailbox does not take mail, for now or for good (5.2.1). */
    MAILBOX_DISABLED,
    /** The mailbox is full (5.2.2): final for this message, a new one may pass. */
    MAILBOX_FULL,
    /** The message is too large (5.2.3, 5.3.4). */
    TOO_LARGE,
    /** The message was not delivered in time (5.4.1), or, while not final, not yet. */
    TIMEOUT,
    /** Malware was found (5.5.1, {@code virus}). */
    VIRUS,
    /** The sender's provider refused the message for its form (non-accettazione). */
    FORMAL_ERROR,
    /** Anything else. */
    OTHER;

    /**
     * Returns the name in reports, such as {@code recipient_unknown}.
     *
     * @return the name, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
