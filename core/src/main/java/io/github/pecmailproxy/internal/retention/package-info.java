/** Deletes what is older than a host wants to keep. */
@NullMarked
package io.github.pecmailproxy.internal.retention;

import org.jspecify.annotations.NullMarked;
