/**
 * A simulated provider of Italian certified mail (PEC) for tests: SMTP and SMTPS in, IMAP and IMAPS out, on loopback, with
 * receipts that are really signed.
 *
 * <p>{@link io.github.pecmailproxy.sandbox.PecSandbox} is the way in; everything else public here is a value it takes or
 * returns. The package depends on the JDK and on Bouncy Castle (for certificates and CMS) only, never on the library whose
 * tests it serves, so that an error in one cannot hide the same error in the other.
 */
@NullMarked
package io.github.pecmailproxy.sandbox;

import org.jspecify.annotations.NullMarked;
