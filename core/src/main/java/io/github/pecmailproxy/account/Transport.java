package io.github.pecmailproxy.account;

/**
 * How a connection to a server is protected. What is asked for is required: nothing falls back to less.
 *
 * @since 0.1.0
 */
public enum Transport {
    /** TLS from the first byte, as all PEC providers offer it (RFC 8314). */
    IMPLICIT_TLS,
    /** A plain connection that is upgraded before anything else is said; an error where the server cannot. */
    STARTTLS,
    /** No protection. Refused for hosts other than loopback unless the account says {@code allowPlainText}. */
    PLAIN
}
