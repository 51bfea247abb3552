/**
 * How a proxy is doing, with the reasons.
 *
 * <p>Depends on {@code .imap} and {@code .store} for their values.
 */
@NullMarked
package io.github.pecmailproxy.health;

import org.jspecify.annotations.NullMarked;
