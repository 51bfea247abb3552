package io.github.pecmailproxy.sandbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** One folder: its mails in UID order, and those who watch it. Thread-safe; watchers are called without a lock held. */
final class MailFolder {
    /** Somebody to be told of changes. */
    interface Watcher {
        /** Something arrived, went or changed its flags. */
        void changed();

        /** The UIDs were renumbered; what was known of the folder is void. */
        void renumbered();
    }

    private final String name;
    private final List<MailEntry> entries = new ArrayList<>();
    private final CopyOnWriteArrayList<Watcher> watchers = new CopyOnWriteArrayList<>();
    private long uidValidity;
    private long nextUid = 1;
    private long size;

    MailFolder(String name, long uidValidity) {
        this.name = name;
        this.uidValidity = uidValidity;
    }

    String name() {
        return name;
    }

    synchronized long uidValidity() {
        return uidValidity;
    }

    synchronized long nextUid() {
        return nextUid;
    }

    synchronized long size() {
        return size;
    }

    MailEntry append(byte[] raw, Instant receivedAt, Set<String> flags) {
        MailEntry entry;
        synchronized (this) {
            entry = new MailEntry(nextUid++, raw, receivedAt, flags);
            entries.add(entry);
            size += raw.length;
        }
        changed();
        return entry;
    }

    synchronized List<MailEntry> entries() {
        return List.copyOf(entries);
    }

    /** The mails with a UID above the given one. */
    synchronized List<MailEntry> entriesAfter(long uid) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).uid() <= uid) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return List.copyOf(entries.subList(low, entries.size()));
    }

    /** Removes those of the mails that match. */
    void expunge(Predicate<MailEntry> condition) {
        boolean removed;
        synchronized (this) {
            removed = entries.removeIf(entry -> {
                boolean matches = condition.test(entry);
                if (matches) {
                    entry.markExpunged();
                    size -= entry.raw().length;
                }
                return matches;
            });
        }
        if (removed) {
            changed();
        }
    }

    /** Gives every mail a new UID under a new UIDVALIDITY, as after a mailbox was restored or moved. */
    void renumber() {
        synchronized (this) {
            List<MailEntry> old = List.copyOf(entries);
            entries.clear();
            uidValidity++;
            nextUid = 1;
            for (MailEntry entry : old) {
                entries.add(new MailEntry(nextUid++, entry.raw(), entry.receivedAt(), entry.flags()));
            }
        }
        watchers.forEach(Watcher::renumbered);
    }

    void changed() {
        watchers.forEach(Watcher::changed);
    }

    void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    void unwatch(Watcher watcher) {
        watchers.remove(watcher);
    }
}
