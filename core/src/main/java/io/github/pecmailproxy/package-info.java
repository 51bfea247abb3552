/**
 * The facade: {@link io.github.pecmailproxy.MailProxy} puts the parts together and runs them.
 *
 * <p>The values it works with are in {@code .account}, {@code .message} and {@code .store}; the parts in {@code .queue}, {@code
 * .smtp}, {@code .imap}, {@code .timeout}, {@code .report} and {@code .archive}. No part knows the facade.
 */
@NullMarked
package io.github.pecmailproxy;

import org.jspecify.annotations.NullMarked;
