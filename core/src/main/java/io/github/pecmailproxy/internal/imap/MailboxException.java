package io.github.pecmailproxy.internal.imap;

import org.jspecify.annotations.Nullable;

/**
 * Says why a mailbox could not be read. Its message holds no secret and no content of a mail.
 *
 * @since 0.1.0
 */
public final class MailboxException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String reason;

    /**
     * Creates the exception.
     *
     * @param kind what kind of failure it is
     * @param reason what happened
     * @param cause the failure beneath, or null
     */
    public MailboxException(Kind kind, String reason, @Nullable Throwable cause) {
        super(reason, cause);
        this.kind = kind;
        this.reason = reason;
    }

    /**
     * Returns what happened.
     *
     * @return the message, never null
     */
    public String reason() {
        return reason;
    }

    /**
     * Returns what kind of failure it is.
     *
     * @return the kind, never null
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Tells whether the connection can be used on.
     *
     * @return true when the server merely refused a command
     */
    public boolean connectionUsable() {
        return kind == Kind.REFUSED;
    }

    /**
     * What kinds of failure there are.
     *
     * @since 0.1.0
     */
    public enum Kind {
        /** The server could not be reached, or said that it cannot serve now. */
        UNREACHABLE,
        /** TLS was asked for and could not be had: no STARTTLS, an unknown authority, a certificate for another name. */
        NOT_SECURE,
        /** The server does not accept the credentials. Asking again soon gets the address blocked (facts 1.4). */
        LOGIN_REFUSED,
        /** The server answered a command with NO or BAD. */
        REFUSED,
        /** The connection broke, or nothing came in time. */
        LOST,
        /** What came is not IMAP. */
        GARBLED
    }
}
