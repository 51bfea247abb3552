/**
 * How mailboxes are read: the connection, the cursor, the look at headers first, IDLE.
 *
 * <p>{@link io.github.pecmailproxy.internal.imap.MailboxConnector} is the seam to the server; whatever decides what is read and
 * when knows nothing of sockets.
 */
@NullMarked
package io.github.pecmailproxy.internal.imap;

import org.jspecify.annotations.NullMarked;
