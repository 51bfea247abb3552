/**
 * What was read from the mailboxes: why each mail was used or not, and its bytes where they are evidence.
 *
 * <p>Depends on {@code .account}, {@code .evidence}, {@code .message} and {@code .store} for their values.
 */
@NullMarked
package io.github.pecmailproxy.archive;

import org.jspecify.annotations.NullMarked;
