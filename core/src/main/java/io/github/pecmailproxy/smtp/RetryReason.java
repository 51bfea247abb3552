package io.github.pecmailproxy.smtp;

/**
 * Why a message has to be tried again: each reason may have waits of its own.
 *
 * @since 0.1.0
 */
public enum RetryReason {
    /** The server gave no answer about the message: it could not be reached, or the connection broke before the final dot. */
    NO_CONNECTION,
    /**
     * The server makes everybody it does not know come back later (greylisting, RFC 6647): a transient refusal whose text names
     * greylisting, or with the enhanced status 4.7.1 and the words {@code try again later}.
     */
    GREYLISTED,
    /**
     * The server takes no more from this account for now: a transient refusal with the enhanced status 4.7.28, or whose text speaks of
     * a rate or sending limit, of throttling, or of too many messages or connections.
     */
    RATE_LIMITED,
    /** Any other transient refusal (RFC 5321 section 4.2.1: a code of 400 to 499). */
    TRANSIENT
}
