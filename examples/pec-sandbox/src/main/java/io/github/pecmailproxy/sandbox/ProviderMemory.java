package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a provider remembers of its earlier lives: nothing when it begins, else what the journal's changes add up to. Used by
 * one thread, before the servers listen; afterwards only {@link #mailbox(String)} is, by any thread.
 */
final class ProviderMemory {
    /**
     * One mailbox, made once and then used by its account.
     *
     * @param folders the folders by name
     * @param lost how many mails found no room
     */
    record Mailbox(ConcurrentSkipListMap<String, MailFolder> folders, AtomicLong lost) {
        Mailbox() {
            this(new ConcurrentSkipListMap<>(), new AtomicLong());
        }
    }

    private final @Nullable StateDirectory directory;
    private final Journal journal;
    private final Map<String, Mailbox> mailboxes = new ConcurrentHashMap<>();
    private final List<Change.MessageAccepted> messages = new ArrayList<>();
    private final Set<Change.StepDone> done = new HashSet<>();
    private long highestUidValidity;
    private long highestIdentifier;

    private ProviderMemory(@Nullable StateDirectory directory, Journal journal) {
        this.directory = directory;
        this.journal = journal;
    }

    /**
     * Remembers.
     *
     * @param directory where the earlier lives are written down, null for none
     * @param journal where the folders shall write further changes
     */
    static ProviderMemory of(@Nullable StateDirectory directory, Journal journal) throws IOException {
        ProviderMemory memory = new ProviderMemory(directory, journal);
        if (directory != null) {
            for (Change change : directory.changes()) {
                change.replay(memory);
            }
        }
        return memory;
    }

    /** The addresses, as keys, of all mailboxes there ever were. */
    Set<String> accounts() {
        return Set.copyOf(mailboxes.keySet());
    }

    Mailbox mailbox(String account) {
        return mailboxes.computeIfAbsent(account, key -> new Mailbox());
    }

    MailFolder folder(String account, String name) {
        MailFolder folder = mailbox(account).folders().get(name);
        if (folder == null) {
            throw new IllegalStateException("the journal puts a mail into a folder it never made: " + name);
        }
        return folder;
    }

    List<Change.MessageAccepted> messages() {
        return messages;
    }

    boolean isDone(long message, int step) {
        return done.contains(new Change.StepDone(message, step));
    }

    long highestUidValidity() {
        return highestUidValidity;
    }

    /** The highest number that may be in an identifier, 0 when there is none. */
    long highestIdentifier() {
        return highestIdentifier;
    }

    byte[] mail(String file) throws IOException {
        if (directory == null) {
            throw new IllegalStateException("a provider without a state directory remembers no mail");
        }
        return directory.mail(file);
    }

    void createFolder(Change.FolderCreated change) {
        highestUidValidity = Math.max(highestUidValidity, change.uidValidity());
        mailbox(change.account())
                .folders()
                .put(change.folder(), new MailFolder(change.account(), change.folder(), change.uidValidity(), journal));
    }

    void renumber(Change.FolderRenumbered change) {
        highestUidValidity = Math.max(highestUidValidity, change.uidValidity());
        folder(change.account(), change.folder()).renumberTo(change.uidValidity());
    }

    void reserveIdentifiers(long upTo) {
        highestIdentifier = Math.max(highestIdentifier, upTo);
    }

    void addMessage(Change.MessageAccepted message) {
        messages.add(message);
    }

    void addDone(Change.StepDone step) {
        done.add(step);
    }
}
