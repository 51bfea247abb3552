package io.github.pecmailproxy.imap;

/**
 * What became of reading a skipped mail again.
 *
 * @since 0.1.0
 */
public enum Reread {
    /** It was read and recorded; what it says of a message has become an event. It is not listed as skipped any more. */
    READ,
    /** It could not be read this time either and stays listed as skipped. */
    STILL_UNREADABLE,
    /** It is not in its folder any more, or the folder was renumbered since; it stays listed as skipped. */
    GONE,
    /** There is no such skipped mail in the account's mailbox: it was never there or was read meanwhile. */
    NOT_SKIPPED,
    /** Another node reads the mailbox now: ask that one, or try again later. */
    BUSY
}
