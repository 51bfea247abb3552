package io.github.pecmailproxy.smtp;

/**
 * Hands messages to mail servers. Implementations are thread-safe: several messages may be under way at once, also by one account
 * up to its {@linkplain io.github.pecmailproxy.account.MailAccount#maxConnections() number of connections}; callers beyond that
 * wait.
 *
 * @since 0.1.0
 */
public interface SmtpSender extends AutoCloseable {
    /**
     * Transmits one message and returns when its fate on the wire is known, or is known to be unknown. The bytes are sent as they
     * are, but for the transparency of the protocol (RFC 5321 section 4.5.2). Returns an outcome for whatever server and network
     * do; throws only for defects of its own, in which case nothing was handed over.
     *
     * @param transmission what to send, by which account, to whom
     * @return how it ended, never null
     */
    SendOutcome send(Transmission transmission);

    /** Closes all connections. What is under way ends first, as far as the server answers in time. */
    @Override
    void close();
}
