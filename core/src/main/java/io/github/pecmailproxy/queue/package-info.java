/**
 * The queue as the host sees it: enqueue, look, hold back, decide.
 *
 * <p>Depends on {@code .message} and {@code .store} for their values.
 */
@NullMarked
package io.github.pecmailproxy.queue;

import org.jspecify.annotations.NullMarked;
