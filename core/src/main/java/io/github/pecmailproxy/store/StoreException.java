package io.github.pecmailproxy.store;

import org.jspecify.annotations.Nullable;

/**
 * Says that the store could not do what it was asked, and never will: the same call would fail again. Its message holds no
 * content of a message and no secret.
 *
 * @see RetryableStoreException
 * @since 0.1.0
 */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what could not be done and why, in English
     * @param cause what the storage said, or null
     */
    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
