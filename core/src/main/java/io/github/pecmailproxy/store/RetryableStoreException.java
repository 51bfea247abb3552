package io.github.pecmailproxy.store;

import org.jspecify.annotations.Nullable;

/**
 * Says that the store could not do what it was asked just now: a lost connection, a deadlock, a full disk. The same call may succeed
 * later. Nothing was changed, unless it is an {@link UncertainCommitException}.
 *
 * @since 0.1.0
 */
public class RetryableStoreException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what could not be done and why, in English
     * @param cause what the storage said, or null
     */
    public RetryableStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
