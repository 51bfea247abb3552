package io.github.pecmailproxy.store;

import org.jspecify.annotations.Nullable;

/**
 * Says that the store could not do what it was asked. Thrown as it is, the same call would fail again and nothing was changed; its
 * subclasses say that calling again may help. The message holds no content of a mail and no secret.
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
