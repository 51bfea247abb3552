/**
 * How a message becomes the bytes that are sent: composed once, when it is enqueued, and checked against the rules of certified
 * mail.
 *
 * <p>Depends on {@code .message}, {@code .account} and {@code .store} for their values.
 */
@NullMarked
package io.github.pecmailproxy.internal.compose;

import org.jspecify.annotations.NullMarked;
