package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.store.StoredContent;

/**
 * The bytes of a fetched mail, until they are recorded: in memory when few, in a file that nobody else can read when many.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public interface SpooledContent extends StoredContent, AutoCloseable {
    /**
     * Tells how much memory it holds.
     *
     * @return the number of bytes, 0 for a file
     */
    long memory();

    /** Lets go of the bytes; they cannot be read any more. Closing twice does nothing. */
    @Override
    void close();
}
