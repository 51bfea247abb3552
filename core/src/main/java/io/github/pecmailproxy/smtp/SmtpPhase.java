package io.github.pecmailproxy.smtp;

import java.util.Locale;

/**
 * How far a transmission came.
 *
 * @since 0.1.0
 */
public enum SmtpPhase {
    /** Looking the host up and opening the connection. */
    CONNECT,
    /** Negotiating TLS, implicit or by STARTTLS. */
    TLS,
    /** Waiting for the server's greeting and its answer to EHLO. */
    GREETING,
    /** Logging in. */
    AUTH,
    /** {@code MAIL FROM}. */
    MAIL,
    /** {@code RCPT TO}. */
    RCPT,
    /** {@code DATA}, up to the go-ahead. */
    DATA,
    /** Sending the message, before the final dot was written. */
    CONTENT,
    /** From the moment the final dot may have reached the server: the only phase that can leave a doubt. */
    FINAL_DOT;

    /**
     * Returns the name in events, such as {@code final_dot}.
     *
     * @return the wire name, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
