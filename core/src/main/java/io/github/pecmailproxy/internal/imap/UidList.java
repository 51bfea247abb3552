package io.github.pecmailproxy.internal.imap;

import java.util.Arrays;

/** Collects UIDs without boxing: a mailbox may hold millions. */
final class UidList {
    private long[] uids = new long[64];
    private int size;

    void add(long uid) {
        if (size == uids.length) {
            uids = Arrays.copyOf(uids, size * 2);
        }
        uids[size++] = uid;
    }

    int size() {
        return size;
    }

    /** Returns them in ascending order, each once, from a lowest one on. */
    long[] sortedFrom(long lowest) {
        return Arrays.stream(uids, 0, size)
                .filter(uid -> uid >= lowest)
                .sorted()
                .distinct()
                .toArray();
    }
}
