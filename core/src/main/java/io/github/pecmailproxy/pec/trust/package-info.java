/**
 * Decides whether a receipt's signature is a PEC provider's: CMS over the exact bytes, the chain to a configured anchor at
 * signing time, the signer's mailbox equal to the {@code From}.
 *
 * <p>Depends on {@link io.github.pecmailproxy.pec} and on Bouncy Castle, and on no other package of this library.
 */
@NullMarked
package io.github.pecmailproxy.pec.trust;

import org.jspecify.annotations.NullMarked;
