/** The queue over a store: what is enqueued is composed first, and stored as it will be sent. */
@NullMarked
package io.github.pecmailproxy.internal.queue;

import org.jspecify.annotations.NullMarked;
