/** Looks at deadlines that have passed, and resolves doubts. */
@NullMarked
package io.github.pecmailproxy.internal.timeout;

import org.jspecify.annotations.NullMarked;
