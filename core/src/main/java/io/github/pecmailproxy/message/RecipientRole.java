package io.github.pecmailproxy.message;

/**
 * In which header a recipient stands.
 *
 * @since 0.1.0
 */
public enum RecipientRole {
    /** {@code To}. */
    TO,
    /** {@code Cc}. */
    CC,
    /** {@code Bcc}; never with PEC (RFC 6109 section 2.1). */
    BCC
}
