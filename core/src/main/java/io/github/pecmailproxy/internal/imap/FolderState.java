package io.github.pecmailproxy.internal.imap;

/**
 * What a server said when a folder was opened. Immutable.
 *
 * @param uidValidity UIDVALIDITY, at least 1: as long as it stays the same, so do the UIDs
 * @param uidNext UIDNEXT: every mail there was when the folder was opened has a lower UID
 * @param messages how many mails there are
 * @since 0.1.0
 */
public record FolderState(long uidValidity, long uidNext, long messages) {}
