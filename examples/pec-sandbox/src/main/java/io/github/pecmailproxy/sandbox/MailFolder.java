package io.github.pecmailproxy.sandbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * One folder: its mails in UID order, and those who watch it. Every change goes through the journal and takes effect when it is
 * written. Thread-safe; watchers are called without the folder's lock held.
 */
final class MailFolder {
    /** Somebody to be told of changes. */
    interface Watcher {
        /** Something arrived, went or changed its flags. */
        void changed();

        /** The UIDs were renumbered; what was known of the folder is void. */
        void renumbered();
    }

    private final String account;
    private final String name;
    private final Journal journal;
    private final List<MailEntry> entries = new ArrayList<>();
    private final CopyOnWriteArrayList<Watcher> watchers = new CopyOnWriteArrayList<>();
    private long uidValidity;
    private long nextUid = 1;
    private long size;

    /**
     * Creates an empty folder.
     *
     * @param account the key of the account it belongs to
     */
    MailFolder(String account, String name, long uidValidity, Journal journal) {
        this.account = account;
        this.name = name;
        this.uidValidity = uidValidity;
        this.journal = journal;
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
        String file = journal.keep(raw);
        return journal.atomically(() -> {
            MailEntry entry = new MailEntry(reserve(raw.length), raw, receivedAt, flags);
            journal.record(
                    new Change.MailStored(account, name, entry.uid(), receivedAt, file, entry.flags()),
                    () -> publish(entry));
            return entry;
        });
    }

    /** Puts back a mail of an earlier life. */
    synchronized void restore(MailEntry entry) {
        nextUid = entry.uid() + 1;
        size += entry.raw().length;
        entries.add(entry);
    }

    private synchronized long reserve(int bytes) {
        size += bytes;
        return nextUid++;
    }

    private void publish(MailEntry entry) {
        synchronized (this) {
            entries.add(entry);
        }
        changed();
    }

    void setFlags(MailEntry entry, Set<String> flags) {
        changeFlags(entry, old -> flags);
    }

    void addFlags(MailEntry entry, Set<String> added) {
        changeFlags(entry, old -> {
            Set<String> all = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            all.addAll(old);
            all.addAll(added);
            return all;
        });
    }

    void removeFlags(MailEntry entry, Set<String> removed) {
        changeFlags(
                entry,
                old -> old.stream()
                        .filter(flag -> removed.stream().noneMatch(flag::equalsIgnoreCase))
                        .collect(Collectors.toSet()));
    }

    private void changeFlags(MailEntry entry, UnaryOperator<Set<String>> change) {
        journal.atomically(() -> {
            Set<String> flags = Set.copyOf(change.apply(entry.flags()));
            if (holds(entry)) {
                journal.record(new Change.FlagsSet(account, name, entry.uid(), flags), () -> entry.setFlags(flags));
            }
            return flags;
        });
    }

    /** A conversation may still look at a mail that was expunged or renumbered meanwhile. */
    private boolean holds(MailEntry entry) {
        return entriesAfter(entry.uid() - 1).stream()
                .findFirst()
                .filter(entry::equals)
                .isPresent();
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
        journal.atomically(() -> {
            Set<Long> uids = entries().stream()
                    .filter(condition)
                    .map(MailEntry::uid)
                    .collect(Collectors.toCollection(TreeSet::new));
            if (!uids.isEmpty()) {
                journal.record(new Change.MailsExpunged(account, name, uids), () -> remove(uids));
            }
            return uids;
        });
    }

    void remove(Set<Long> uids) {
        synchronized (this) {
            entries.removeIf(entry -> {
                boolean matches = uids.contains(entry.uid());
                if (matches) {
                    entry.markExpunged();
                    size -= entry.raw().length;
                }
                return matches;
            });
        }
        changed();
    }

    /** Gives every mail a new UID under a new UIDVALIDITY, as after a mailbox was restored or moved. */
    void renumber() {
        journal.atomically(() -> {
            long next = uidValidity() + 1;
            journal.record(new Change.FolderRenumbered(account, name, next), () -> renumberTo(next));
            return next;
        });
    }

    void renumberTo(long newUidValidity) {
        synchronized (this) {
            List<MailEntry> old = List.copyOf(entries);
            entries.clear();
            uidValidity = newUidValidity;
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
