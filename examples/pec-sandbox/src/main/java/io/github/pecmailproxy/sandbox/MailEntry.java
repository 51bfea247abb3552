package io.github.pecmailproxy.sandbox;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One mail in a folder: fixed bytes and UID, changing flags. Thread-safe. */
final class MailEntry {
    private final long uid;
    private final byte[] raw;
    private final Instant receivedAt;
    private volatile Set<String> flags;
    private volatile boolean expunged;
    private volatile @Nullable MailHeaders headers;

    MailEntry(long uid, byte[] raw, Instant receivedAt, Set<String> flags) {
        this.uid = uid;
        this.raw = raw;
        this.receivedAt = receivedAt;
        this.flags = Set.copyOf(flags);
    }

    long uid() {
        return uid;
    }

    byte[] raw() {
        return raw;
    }

    Instant receivedAt() {
        return receivedAt;
    }

    Set<String> flags() {
        return flags;
    }

    boolean hasFlag(String flag) {
        return flags.stream().anyMatch(flag::equalsIgnoreCase);
    }

    void setFlags(Set<String> newFlags) {
        flags = Set.copyOf(newFlags);
    }

    boolean expunged() {
        return expunged;
    }

    void markExpunged() {
        expunged = true;
    }

    /** The parsed header section; kept, because searches over large mailboxes ask for it again and again. */
    MailHeaders headers() {
        MailHeaders known = headers;
        if (known == null) {
            known = MailHeaders.parse(raw);
            headers = known;
        }
        return known;
    }

    StoredMail snapshot() {
        return new StoredMail(uid, flags, receivedAt, raw, headers());
    }
}
