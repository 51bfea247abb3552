package io.github.pecmailproxy.internal.imap;

import org.jspecify.annotations.Nullable;

/**
 * What became of reading a mailbox once.
 *
 * @param recorded how many mails were recorded that were not known before
 * @param waiting how many mails wait for a transmission to be settled
 * @param end how it ended
 * @param trouble why a folder could not be read to its end, null when all could
 */
record PassResult(
        int recorded, int waiting, End end, @Nullable MailboxException trouble) {
    enum End {
        /** Every folder was read to its end, or as far as it could be. */
        REACHED,
        /** The turn was over before. */
        TURN_OVER,
        /** Another node reads the mailbox. */
        LEASE_LOST
    }
}
