/**
 * Says what a mail in a PEC mailbox is: the parser, the receipt model and the seam for signature verification.
 *
 * <p>Usable on its own. Depends on no other package of this library.
 */
@NullMarked
package io.github.pecmailproxy.pec;

import org.jspecify.annotations.NullMarked;
