/**
 * What the people who run the system must know at once, beside what happens to single messages.
 *
 * <p>Depends on {@code .account}, {@code .message} and {@code .store} for their values.
 */
@NullMarked
package io.github.pecmailproxy.operations;

import org.jspecify.annotations.NullMarked;
