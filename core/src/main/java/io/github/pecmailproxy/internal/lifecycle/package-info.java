/**
 * The rules: what a transmission's end, a receipt, a deadline or a person makes of a message. Pure functions from one version of a
 * message to the next; they do no I/O and ask no clock.
 */
@NullMarked
package io.github.pecmailproxy.internal.lifecycle;

import org.jspecify.annotations.NullMarked;
