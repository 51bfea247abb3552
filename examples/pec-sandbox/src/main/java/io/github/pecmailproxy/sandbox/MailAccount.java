package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** One mailbox with its folders. Thread-safe. */
final class MailAccount {
    static final String INBOX = "INBOX";

    private final String address;
    private final byte[] password;
    private final Provider provider;
    private final long quota;
    private final AtomicLong nextUidValidity;
    private final Journal journal;
    private final AtomicLong lost;
    private final Map<String, MailFolder> folders;

    /**
     * Creates the account with an inbox and the provider's folder for sent mail, unless it has them from an earlier life.
     *
     * @param quota the limit in bytes over all folders, 0 for none
     */
    MailAccount(
            String address,
            String password,
            Provider provider,
            long quota,
            AtomicLong nextUidValidity,
            Journal journal,
            ProviderMemory.Mailbox mailbox) {
        this.address = address;
        this.password = password.getBytes(StandardCharsets.UTF_8);
        this.provider = provider;
        this.quota = quota;
        this.nextUidValidity = nextUidValidity;
        this.journal = journal;
        this.lost = mailbox.lost();
        this.folders = mailbox.folders();
        create(INBOX);
        create(provider.shape().style().sentFolder());
    }

    String address() {
        return address;
    }

    Provider provider() {
        return provider;
    }

    long quota() {
        return quota;
    }

    /** Bytes over all folders. */
    long size() {
        return folders.values().stream().mapToLong(MailFolder::size).sum();
    }

    /** Mails that found no room. */
    long lost() {
        return lost.get();
    }

    boolean accepts(String secret) {
        return MessageDigest.isEqual(password, secret.getBytes(StandardCharsets.UTF_8));
    }

    char separator() {
        return provider.shape().style().folderSeparator();
    }

    List<MailFolder> folders() {
        return List.copyOf(folders.values());
    }

    Optional<MailFolder> folder(String name) {
        return Optional.ofNullable(folders.get(key(name)));
    }

    MailFolder inbox() {
        return folder(INBOX).orElseThrow(() -> new IllegalStateException("the inbox of " + address + " is gone"));
    }

    boolean create(String name) {
        return journal.atomically(() -> {
            if (folders.containsKey(key(name))) {
                return false;
            }
            String account = MailAddresses.key(address);
            long uidValidity = nextUidValidity.getAndIncrement();
            MailFolder folder = new MailFolder(account, key(name), uidValidity, journal);
            journal.record(
                    new Change.FolderCreated(account, key(name), uidValidity), () -> folders.put(key(name), folder));
            return true;
        });
    }

    boolean delete(String name) {
        return journal.atomically(() -> {
            if (key(name).equals(INBOX) || !folders.containsKey(key(name))) {
                return false;
            }
            journal.record(
                    new Change.FolderDeleted(MailAddresses.key(address), key(name)), () -> folders.remove(key(name)));
            return true;
        });
    }

    /** Puts a mail into the inbox, unless the quota is used up: then it is lost (facts 1.4). */
    void deliver(byte[] raw, Instant now) {
        journal.atomically(() -> {
            boolean room = quota == 0 || size() + raw.length <= quota;
            if (room) {
                inbox().append(raw, now, Set.of());
            } else {
                journal.record(new Change.MailLost(MailAddresses.key(address)), lost::incrementAndGet);
            }
            return room;
        });
    }

    /** INBOX is the same in any case (RFC 3501 section 5.1). */
    private static String key(String name) {
        return name.toUpperCase(Locale.ROOT).equals(INBOX) ? INBOX : name;
    }
}
