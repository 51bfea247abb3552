/** Delivers to the sinks what they have not acknowledged yet. */
@NullMarked
package io.github.pecmailproxy.internal.report;

import org.jspecify.annotations.NullMarked;
