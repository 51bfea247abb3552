package io.github.pecmailproxy.sandbox;

/**
 * The moments of an SMTP conversation at which the sandbox can misbehave.
 *
 * @since 0.1.0
 */
public enum SmtpPhase {
    /** The client has connected and waits for the greeting. */
    GREETING,
    /** {@code EHLO} or {@code HELO}. */
    EHLO,
    /** {@code STARTTLS}. */
    STARTTLS,
    /** {@code AUTH}, before the credentials are looked at. */
    AUTH,
    /** {@code MAIL FROM}. */
    MAIL,
    /** {@code RCPT TO}, once for each recipient. */
    RCPT,
    /** {@code DATA}, before the content. */
    DATA,
    /** In the middle of the content: the client has begun to send it. Nothing can be answered here. */
    CONTENT,
    /** The final dot: the content is complete and the client waits for the answer. */
    FINAL_DOT,
    /** {@code RSET}. */
    RSET,
    /** {@code QUIT}. */
    QUIT
}
