package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.StoreException;
import org.jspecify.annotations.Nullable;

/** Says that a content that was to be stored could not be read as it was announced. */
final class ContentFault extends StoreException {
    private static final long serialVersionUID = 1L;

    ContentFault(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
