package io.github.pecmailproxy.store;

import java.time.Instant;

/**
 * How far a mailbox folder was read. Immutable.
 *
 * @param mailbox which folder
 * @param uidValidity the folder's UIDVALIDITY (RFC 3501 section 2.3.1.1) when it was read
 * @param lastUid the greatest UID that was handled; 0 for none
 * @param readUpTo the moment up to which whatever had arrived was read: the start of the last pass that reached the end
 * @since 0.1.0
 */
public record MailboxCursor(MailboxKey mailbox, long uidValidity, long lastUid, Instant readUpTo) {}
