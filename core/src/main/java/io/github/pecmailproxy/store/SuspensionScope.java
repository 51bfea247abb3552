package io.github.pecmailproxy.store;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.OutgoingMessage;

/**
 * Whose messages to hold back. Immutable.
 *
 * @since 0.1.0
 */
public sealed interface SuspensionScope {
    /**
     * All messages of a tenant.
     *
     * @param tenant the tenant
     * @since 0.1.0
     */
    record Tenant(String tenant) implements SuspensionScope {
        /** Checks the name. */
        public Tenant {
            FieldCheck.identifier("tenant", tenant, MessageKey.LONGEST_TENANT);
        }
    }

    /**
     * All messages of an account.
     *
     * @param key the account
     * @since 0.1.0
     */
    record Account(AccountKey key) implements SuspensionScope {}

    /**
     * All messages of a tenant's batch.
     *
     * @param tenant the tenant
     * @param batchCode the batch code, compared exactly
     * @since 0.1.0
     */
    record Batch(String tenant, String batchCode) implements SuspensionScope {
        /** Checks both parts. */
        public Batch {
            FieldCheck.identifier("tenant", tenant, MessageKey.LONGEST_TENANT);
            FieldCheck.identifier("batch_code", batchCode, OutgoingMessage.LONGEST_BATCH_CODE);
        }
    }
}
