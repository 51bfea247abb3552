/**
 * The mail accounts to send with and to read receipts from: servers, credentials, limits and policies.
 *
 * <p>Depends on {@code .message} for its checks and addresses.
 */
@NullMarked
package io.github.pecmailproxy.account;

import org.jspecify.annotations.NullMarked;
