package io.github.pecmailproxy.store;

import io.github.pecmailproxy.account.AccountKey;
import java.time.Instant;

/**
 * An account's settings as they are stored. Immutable.
 *
 * @param key who the account is
 * @param settings the settings as text; what is secret in it is encrypted
 * @param changedAt when they were stored
 * @since 0.1.0
 */
public record StoredAccount(AccountKey key, String settings, Instant changedAt) {}
