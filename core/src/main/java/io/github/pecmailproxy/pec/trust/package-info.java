/**
 * Decides whether a receipt's signature is a PEC provider's: CMS over the exact bytes, the chain to a configured anchor at
 * signing time, the signer's mailbox equal to the {@code From}.
 *
 * <p>{@link io.github.pecmailproxy.pec.trust.ProviderTrust} is the way in. Depends on {@link io.github.pecmailproxy.pec} and
 * on Bouncy Castle, and on no other package of this library. Bouncy Castle may be absent: every verdict is then
 * {@link io.github.pecmailproxy.pec.Verdict#NOT_CHECKED}. Its lightweight API does the cryptography, so the host's security
 * providers and algorithm restrictions are neither obeyed nor changed.
 */
@NullMarked
package io.github.pecmailproxy.pec.trust;

import org.jspecify.annotations.NullMarked;
