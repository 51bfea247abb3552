package io.github.pecmailproxy.smtp;

import org.jspecify.annotations.Nullable;

/**
 * What a server answered. Immutable.
 *
 * @param code the reply code (RFC 5321 section 4.2), 200 to 599
 * @param enhancedStatus the enhanced status code (RFC 3463), such as {@code 5.1.1}; null when the server gave none
 * @param text the reply as it came, code included, without line ends; shortened where it is very long
 * @since 0.1.0
 */
public record SmtpReply(int code, @Nullable String enhancedStatus, String text) {
    private static final int FIRST_TRANSIENT = 400;
    private static final int FIRST_PERMANENT = 500;

    /**
     * Tells whether another attempt may succeed: a code of 400 to 499 (RFC 5321 section 4.2.1).
     *
     * @return true for a transient refusal
     */
    public boolean isTransient() {
        return code >= FIRST_TRANSIENT && code < FIRST_PERMANENT;
    }
}
