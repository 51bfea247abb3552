/** Tells the host's meters what passes through the store, and keeps their failures away from the engine. */
@NullMarked
package io.github.pecmailproxy.internal.metrics;

import org.jspecify.annotations.NullMarked;
