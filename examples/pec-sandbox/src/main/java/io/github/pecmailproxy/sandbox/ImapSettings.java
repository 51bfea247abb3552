package io.github.pecmailproxy.sandbox;

import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * What the IMAP servers offer.
 *
 * @param tls the context for TLS
 * @param hidden capabilities, upper case, that are neither offered nor obeyed
 * @param maximumLiteral how many bytes a literal may have
 */
record ImapSettings(SSLContext tls, Set<String> hidden, long maximumLiteral) {}
