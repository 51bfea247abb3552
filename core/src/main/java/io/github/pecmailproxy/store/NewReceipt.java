package io.github.pecmailproxy.store;

import org.jspecify.annotations.Nullable;

/**
 * A mail to be recorded. Immutable.
 *
 * @param record the record; its id is ignored
 * @param content its bytes where they are to be kept, null otherwise; read once during the call
 * @since 0.1.0
 */
public record NewReceipt(ReceiptRecord record, @Nullable StoredContent content) {
    /** Checks that the record says whether there is content. */
    public NewReceipt {
        if (record.contentKept() != (content != null)) {
            throw new IllegalArgumentException("contentKept must tell whether there is content");
        }
    }
}
