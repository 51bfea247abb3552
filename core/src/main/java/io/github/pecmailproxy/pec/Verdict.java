package io.github.pecmailproxy.pec;

import java.util.Locale;

/**
 * What the signature of a mail is worth. Immutable and thread-safe.
 *
 * <p>RFC 6109 section 3 has every provider sign what it issues; only {@link #TRUSTED} says that one of them did.
 *
 * @since 0.1.0
 */
public enum Verdict {
    /** The signature is valid over the exact bytes, by a provider under a configured trust anchor, and it is the {@code From}. */
    TRUSTED,
    /** The signature is valid over the exact bytes, but not by a provider that the configured anchors vouch for. */
    UNTRUSTED,
    /** There is a signature and it does not hold: bytes changed, malformed, or not verifiable with any known algorithm. */
    INVALID,
    /** There is no signature. */
    UNSIGNED,
    /** Nobody looked: verification is switched off, or the library that does it is absent. */
    NOT_CHECKED;

    /**
     * Returns the value's name on the wire: lower case with underscores, as in {@code not_checked}.
     *
     * @return the wire name, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
