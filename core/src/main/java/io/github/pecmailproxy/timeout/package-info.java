/**
 * Notices what does not happen: receipts that do not come, leases that are not given back, doubts that nothing resolves.
 *
 * <p>Depends on nothing but the JDK; the rules behind it are the engine's.
 */
@NullMarked
package io.github.pecmailproxy.timeout;

import org.jspecify.annotations.NullMarked;
