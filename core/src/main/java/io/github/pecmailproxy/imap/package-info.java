/**
 * Reads the receipts out of the mailboxes and leaves the mailboxes as they were.
 *
 * <p>Depends on {@code .account}, {@code .message} and {@code .store} for their values.
 */
@NullMarked
package io.github.pecmailproxy.imap;

import org.jspecify.annotations.NullMarked;
