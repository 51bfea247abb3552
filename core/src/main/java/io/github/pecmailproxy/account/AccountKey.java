package io.github.pecmailproxy.account;

import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.MessageKey;

/**
 * Identifies an account: an id within a tenant. Immutable and thread-safe.
 *
 * @param tenant whose account it is
 * @param id its id within the tenant, 1 to {@value #LONGEST_ID} characters, compared exactly
 * @since 0.1.0
 */
public record AccountKey(String tenant, String id) {
    /** The greatest length of an account id, in characters. */
    public static final int LONGEST_ID = 64;

    /** Checks both parts. */
    public AccountKey {
        FieldCheck.identifier("tenant", tenant, MessageKey.LONGEST_TENANT);
        FieldCheck.identifier("account", id, LONGEST_ID);
    }

    @Override
    public String toString() {
        return tenant + "/" + id;
    }
}
