package io.github.pecmailproxy.store;

import org.jspecify.annotations.Nullable;

/**
 * Says that the connection was lost while a commit was on its way: whether the unit was stored is not known. Calling again is
 * safe, because every change is fenced and every enqueue recognises its own repetition; what was stored is then found stored.
 *
 * @since 0.1.0
 */
public class UncertainCommitException extends RetryableStoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what was being committed, in English
     * @param cause what the storage said, or null
     */
    public UncertainCommitException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
