package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One mail in a mailbox as it was at the moment of asking. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class StoredMail {
    private final long uid;
    private final Set<String> flags;
    private final Instant receivedAt;
    private final byte[] raw;
    private final MailHeaders headers;

    StoredMail(long uid, Set<String> flags, Instant receivedAt, byte[] raw, MailHeaders headers) {
        this.uid = uid;
        this.flags = Set.copyOf(flags);
        this.receivedAt = Objects.requireNonNull(receivedAt, "receivedAt");
        this.raw = Objects.requireNonNull(raw, "raw");
        this.headers = headers;
    }

    /**
     * Returns the IMAP UID.
     *
     * @return the UID, from 1
     */
    public long uid() {
        return uid;
    }

    /**
     * Returns the IMAP flags, such as {@code \Seen}.
     *
     * @return the flags, never null, unmodifiable
     */
    public Set<String> flags() {
        return flags;
    }

    /**
     * Returns when the mail was put into the mailbox, by the sandbox's clock.
     *
     * @return the instant, never null
     */
    public Instant receivedAt() {
        return receivedAt;
    }

    /**
     * Returns the mail byte for byte.
     *
     * @return a copy, never null
     */
    public byte[] raw() {
        return raw.clone();
    }

    /**
     * Returns the mail as text, one character a byte (ISO-8859-1).
     *
     * @return the text, never null
     */
    public String text() {
        return new String(raw, StandardCharsets.ISO_8859_1);
    }

    /**
     * Returns the first top-level header of a name.
     *
     * @param name the header's name in any case
     * @return the value without folding, or empty when there is no such header
     */
    public Optional<String> header(String name) {
        return headers.first(name);
    }

    /** Names the UID and the subject, for assertion messages. */
    @Override
    public String toString() {
        return "StoredMail[uid=" + uid + ", flags=" + flags + ", subject="
                + header("Subject").orElse("") + "]";
    }
}
