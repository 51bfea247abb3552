package io.github.pecmailproxy.internal.smtp;

import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * What a server can, as it said in answer to EHLO. Immutable.
 *
 * @param pipelining several commands at once (RFC 2920)
 * @param size the size of a message before it is sent (RFC 1870)
 * @param eightBit octets above 127 in content (RFC 6152)
 */
record Capabilities(boolean pipelining, boolean size, boolean eightBit) {
    static Capabilities of(SMTPTransport transport) {
        return new Capabilities(
                transport.supportsExtension("PIPELINING"),
                transport.supportsExtension("SIZE"),
                transport.supportsExtension("8BITMIME"));
    }
}
