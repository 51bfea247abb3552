/**
 * Tells the host what became of its messages: at least once, in order within a message, acknowledged entry by entry.
 *
 * <p>Depends on {@code .message} for its values.
 */
@NullMarked
package io.github.pecmailproxy.report;

import org.jspecify.annotations.NullMarked;
