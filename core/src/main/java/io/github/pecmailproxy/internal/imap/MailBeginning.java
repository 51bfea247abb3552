package io.github.pecmailproxy.internal.imap;

import org.jspecify.annotations.Nullable;

/**
 * A mail's header, and all of it where it is small. Immutable.
 *
 * @param header its header
 * @param whole its bytes in memory; null when the mail is larger or is not wanted whole
 * @since 0.1.0
 */
public record MailBeginning(MailHeader header, @Nullable SpooledContent whole) {
    /** How much of a mail is fetched at first: 16 KiB, which most receipts without the original in them do not reach. */
    static final int LENGTH = 16 * 1024;

    /** Returns where the header ends, behind its empty line; -1 when that is not among the bytes. */
    static int endOfHeader(byte[] bytes) {
        boolean atLineStart = true;
        for (int i = 0; i < bytes.length; i++) {
            boolean lineEnds = bytes[i] == '\n';
            if (atLineStart && lineEnds) {
                return i + 1;
            }
            // A CR belongs to the end of its line.
            atLineStart = lineEnds || (atLineStart && bytes[i] == '\r');
        }
        return -1;
    }
}
