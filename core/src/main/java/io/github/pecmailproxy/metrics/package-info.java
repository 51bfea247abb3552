/**
 * Tells the host's meters what the proxy does: an interface to implement, and a binding to Micrometer, which is needed only by those who
 * use it.
 *
 * <p>Depends on {@code .account}, {@code .health}, {@code .message}, {@code .pec} and {@code .store} for their values.
 */
@NullMarked
package io.github.pecmailproxy.metrics;

import org.jspecify.annotations.NullMarked;
