/** How mailboxes are read: the connection, the cursor, the look at headers first, IDLE. */
@NullMarked
package io.github.pecmailproxy.internal.imap;

import org.jspecify.annotations.NullMarked;
