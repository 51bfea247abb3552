/**
 * How a message goes over the wire. The mail library opens the connection, with TLS and login; from there on the commands are our own,
 * so that the phase of the protocol is known exactly, commands are pipelined, and content is streamed as it was stored.
 *
 * <p>Depends on {@code .smtp}, {@code .account} and {@code .store}.
 */
@NullMarked
package io.github.pecmailproxy.internal.smtp;

import org.jspecify.annotations.NullMarked;
