package io.github.pecmailproxy.internal.imap;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How much of a mailbox is still to be read. Written by the thread that reads, which may be another one at each turn; {@link #unread()} may
 * be asked by any.
 */
final class ReadingProgress {
    /** From how many mails on a backlog is worth telling of: 1,000. */
    static final int BACKLOG = 1_000;

    private static final int PARTS = 10;

    private final Map<String, Backlog> backlogs = new HashMap<>();
    private volatile long unread;

    /** What was there when the reading of a folder began, and how many tenths of it were told of. */
    private record Backlog(long mails, long told) {}

    /** Notes that mails were found; those of a backlog whose reading goes on are part of it. */
    void found(String folder, long mails) {
        unread = mails;
        Backlog known = backlogs.get(folder);
        if (mails >= BACKLOG && (known == null || mails > known.mails())) {
            backlogs.put(folder, new Backlog(mails, 0));
        }
    }

    /**
     * Notes how many of the mails found are left.
     *
     * @return how large the backlog is if another tenth of it was read; empty when there is nothing to tell
     */
    OptionalLong left(String folder, long mails) {
        unread = mails;
        Backlog known = backlogs.get(folder);
        if (known == null) {
            return OptionalLong.empty();
        }
        long tenths = (known.mails() - mails) * PARTS / known.mails();
        if (mails == 0) {
            backlogs.remove(folder);
        } else {
            backlogs.put(folder, new Backlog(known.mails(), tenths));
        }
        return tenths > known.told() ? OptionalLong.of(known.mails()) : OptionalLong.empty();
    }

    /** Notes that there was nothing to be read: what was left of a backlog, another node has read. */
    void nothingLeft(String folder) {
        unread = 0;
        backlogs.remove(folder);
    }

    long unread() {
        return unread;
    }
}
