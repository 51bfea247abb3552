package io.github.pecmailproxy.smtp;

/**
 * A recipient that the server refused. Immutable.
 *
 * @param address the forward path
 * @param reply the server's answer to it
 * @since 0.1.0
 */
public record RefusedRecipient(String address, SmtpReply reply) {}
