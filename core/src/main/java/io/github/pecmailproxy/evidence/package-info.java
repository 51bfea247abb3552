/**
 * What proves that a message was sent and delivered, as one file that anybody can check without us: {@link
 * io.github.pecmailproxy.evidence.MessageEvidence} exports it from a store, {@link io.github.pecmailproxy.evidence.EvidenceBundle}
 * verifies it without one.
 *
 * <p>Depends on {@code .message}, {@code .store} and {@code .account} for their values, and on {@code .pec} to read and verify
 * receipts; on no engine part.
 */
@NullMarked
package io.github.pecmailproxy.evidence;

import org.jspecify.annotations.NullMarked;
