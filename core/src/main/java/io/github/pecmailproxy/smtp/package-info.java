/**
 * Hands one message to one server and tells exactly how that ended.
 *
 * <p>Depends on {@code .account}, {@code .message} and {@code .store} for their values.
 */
@NullMarked
package io.github.pecmailproxy.smtp;

import org.jspecify.annotations.NullMarked;
