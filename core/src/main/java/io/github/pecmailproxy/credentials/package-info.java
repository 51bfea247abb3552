/**
 * Accounts kept in the store, encrypted, and their form as JSON.
 *
 * <p>Depends on {@code .account}, {@code .message}, {@code .operations} and {@code .store}.
 */
@NullMarked
package io.github.pecmailproxy.credentials;

import org.jspecify.annotations.NullMarked;
