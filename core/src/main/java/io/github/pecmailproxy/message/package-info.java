/**
 * What is sent and what became of it: the message a host hands over, the message as it is tracked, its recipients and its
 * events. Plain immutable values.
 *
 * <p>Depends on {@code .pec} for the PEC vocabulary only.
 */
@NullMarked
package io.github.pecmailproxy.message;

import org.jspecify.annotations.NullMarked;
