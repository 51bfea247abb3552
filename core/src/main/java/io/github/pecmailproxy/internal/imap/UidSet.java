package io.github.pecmailproxy.internal.imap;

/** Writes UIDs as a sequence set (RFC 3501 section 9), runs as ranges. */
final class UidSet {
    private UidSet() {}

    /**
     * Writes UIDs.
     *
     * @param uids ascending, at least one
     * @return the set, such as {@code 1:3,7}
     */
    static String of(long[] uids) {
        StringBuilder set = new StringBuilder();
        int index = 0;
        while (index < uids.length) {
            int last = index;
            while (last + 1 < uids.length && uids[last + 1] == uids[last] + 1) {
                last++;
            }
            if (index > 0) {
                set.append(',');
            }
            set.append(uids[index]);
            if (last > index) {
                set.append(':').append(uids[last]);
            }
            index = last + 1;
        }
        return set.toString();
    }
}
