/** Sends a handful of messages with different fates and shows what became of each. */
@NullMarked
package io.github.pecmailproxy.quickstart;

import org.jspecify.annotations.NullMarked;
