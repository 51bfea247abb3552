package io.github.pecmailproxy.sandbox;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of numbers as IMAP writes it: {@code 1:3,7,9:*} (RFC 3501 section 9). Immutable.
 *
 * @param ranges pairs of first and last, in ascending order each
 */
record ImapSequenceSet(List<long[]> ranges) {
    /**
     * Reads a set.
     *
     * @param text as written
     * @param last what {@code *} stands for
     */
    static ImapSequenceSet parse(String text, long last) throws ImapCommand.Malformed {
        List<long[]> ranges = new ArrayList<>();
        for (String piece : text.split(",", -1)) {
            int colon = piece.indexOf(':');
            long from = number(colon < 0 ? piece : piece.substring(0, colon), last);
            long to = colon < 0 ? from : number(piece.substring(colon + 1), last);
            // RFC 3501 section 6.4.8: 5:* holds the last one even when that is below 5
            ranges.add(new long[] {Math.min(from, to), Math.max(from, to)});
        }
        return new ImapSequenceSet(List.copyOf(ranges));
    }

    boolean contains(long number) {
        return ranges.stream().anyMatch(range -> range[0] <= number && number <= range[1]);
    }

    private static long number(String text, long last) throws ImapCommand.Malformed {
        if (text.equals("*")) {
            return last;
        }
        try {
            long number = Long.parseLong(text);
            if (number > 0 && number <= 0xFFFFFFFFL) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // answered below like a number out of range
        }
        throw new ImapCommand.Malformed("not a message number: " + text);
    }
}
