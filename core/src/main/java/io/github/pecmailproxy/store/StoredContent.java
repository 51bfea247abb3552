package io.github.pecmailproxy.store;

import io.github.pecmailproxy.message.ContentSource;

/**
 * Bytes that can be read any number of times: a message as it is sent, or a receipt as it came. Thread-safe. Reading may fail with
 * an {@link java.io.IOException} when the store has trouble; no transaction stays open while it goes on, and what is held in memory
 * is bounded however large the content.
 *
 * @since 0.1.0
 */
public interface StoredContent extends ContentSource {
    /**
     * Returns the size.
     *
     * @return the number of bytes
     */
    long size();

    /**
     * Returns the hash of the bytes.
     *
     * @return the SHA-256 as 64 lower-case hex digits
     */
    String sha256();
}
