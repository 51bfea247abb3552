package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** One mailbox with its folders. Thread-safe. */
final class MailAccount {
    static final String INBOX = "INBOX";

    private final String address;
    private final byte[] password;
    private final Provider provider;
    private final long quota;
    private final AtomicLong nextUidValidity;
    private final AtomicLong lost = new AtomicLong();
    private final Map<String, MailFolder> folders = new ConcurrentSkipListMap<>();

    /**
     * Creates the account with an inbox and the provider's folder for sent mail.
     *
     * @param quota the limit in bytes over all folders, 0 for none
     */
    MailAccount(String address, String password, Provider provider, long quota, AtomicLong nextUidValidity) {
        this.address = address;
        this.password = password.getBytes(StandardCharsets.UTF_8);
        this.provider = provider;
        this.quota = quota;
        this.nextUidValidity = nextUidValidity;
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
        return folders.putIfAbsent(key(name), new MailFolder(key(name), nextUidValidity.getAndIncrement())) == null;
    }

    boolean delete(String name) {
        return !key(name).equals(INBOX) && folders.remove(key(name)) != null;
    }

    /** Puts a mail into the inbox, unless the quota is used up: then it is lost (facts 1.4). */
    void deliver(byte[] raw, Instant now) {
        if (quota > 0 && size() + raw.length > quota) {
            lost.incrementAndGet();
            return;
        }
        inbox().append(raw, now, Set.of());
    }

    /** INBOX is the same in any case (RFC 3501 section 5.1). */
    private static String key(String name) {
        return name.toUpperCase(Locale.ROOT).equals(INBOX) ? INBOX : name;
    }
}
