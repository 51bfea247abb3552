/**
 * An {@code EventStore} that holds everything in memory and forgets it with the process.
 *
 * <p>Depends on the exported packages of core only.
 */
@NullMarked
package io.github.pecmailproxy.storage.memory;

import org.jspecify.annotations.NullMarked;
