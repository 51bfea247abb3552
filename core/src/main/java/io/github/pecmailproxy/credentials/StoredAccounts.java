package io.github.pecmailproxy.credentials;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.operations.OperationsListener;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.StoredAccount;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The accounts that are kept in the store, encrypted as a whole. Hand it to the builder as its source of accounts:
 *
 * <pre>{@code
 * StoredAccounts accounts = new StoredAccounts(store, EncryptionKeys.fromEnvironment(System.getenv()), listener);
 * MailProxy proxy = MailProxy.builder().store(store).accounts(accounts).build();
 * accounts.save(account);
 * }</pre>
 *
 * <p>A change made here takes effect at once; one made by another process within {@link #REFRESH_INTERVAL}. An account whose stored
 * settings cannot be read is left out, told to the listener once, and listed by {@link #unreadable()}; the others go on. Each change
 * is one unit of the store: a process that dies leaves the old settings or the new ones. Thread-safe.
 *
 * @since 0.1.0
 */
public final class StoredAccounts implements AccountSource {
    /** How long what was read from the store is taken to be still right: 5 seconds. */
    public static final Duration REFRESH_INTERVAL = Duration.ofSeconds(5);

    private final EventStore store;
    private final EncryptionKeys keys;
    private final OperationsListener operations;
    private final Consumer<MailAccount.Builder> defaults;
    private @Nullable Snapshot snapshot;

    private sealed interface Opened {
        StoredAccount stored();
    }

    private record Unsealed(StoredAccount stored, MailAccount account) implements Opened {}

    private record Unreadable(StoredAccount stored, String reason) implements Opened {}

    private record Snapshot(Map<AccountKey, Opened> opened, Instant readAt) {}

    /**
     * Creates the source.
     *
     * @param store where the accounts are kept
     * @param keys the keys they are encrypted with
     * @param operations told of an account that cannot be read
     */
    public StoredAccounts(EventStore store, EncryptionKeys keys, OperationsListener operations) {
        this(store, keys, operations, builder -> {});
    }

    /**
     * Creates the source for accounts that leave to the host's settings what they do not say themselves.
     *
     * @param store where the accounts are kept
     * @param keys the keys they are encrypted with
     * @param operations told of an account that cannot be read
     * @param defaults sets what accounts have that were stored {@linkplain #save(String) as JSON} without it; called at each reading
     */
    public StoredAccounts(
            EventStore store,
            EncryptionKeys keys,
            OperationsListener operations,
            Consumer<MailAccount.Builder> defaults) {
        this.defaults = FieldCheck.required("defaults", defaults);
        this.store = FieldCheck.required("store", store);
        this.keys = FieldCheck.required("keys", keys);
        this.operations = FieldCheck.required("operations", operations);
    }

    /**
     * Stores or replaces an account.
     *
     * @param account the account
     * @throws InvalidValueException if its credentials are a supplier of tokens, which cannot be stored
     */
    public void save(MailAccount account) {
        save(account.key(), AccountJson.writeWithSecrets(account));
    }

    /**
     * Stores or replaces an account by its JSON text. What the text does not say is not stored: it stays with the defaults.
     *
     * @param json the text, as {@link AccountJson#read} takes it
     * @return the account, never null
     * @throws InvalidValueException as {@link AccountJson#read} does; then nothing is stored
     */
    public MailAccount save(String json) {
        MailAccount account = AccountJson.read(json, defaults);
        save(account.key(), json);
        return account;
    }

    private void save(AccountKey account, String json) {
        store.saveAccount(new StoredAccount(
                account, keys.encrypt(account, json), store.clock().instant()));
        forgetSnapshot();
    }

    /**
     * Deletes an account. Its messages stay.
     *
     * @param account which
     * @return whether there was one
     */
    public boolean delete(AccountKey account) {
        boolean deleted = store.deleteAccount(account);
        forgetSnapshot();
        return deleted;
    }

    @Override
    public Collection<MailAccount> accounts() {
        List<MailAccount> accounts = new ArrayList<>();
        for (Opened opened : opened().values()) {
            if (opened instanceof Unsealed readable) {
                accounts.add(readable.account());
            }
        }
        return accounts;
    }

    @Override
    public Optional<MailAccount> account(AccountKey key) {
        return opened().get(key) instanceof Unsealed readable ? Optional.of(readable.account()) : Optional.empty();
    }

    /**
     * Lists the accounts whose stored settings cannot be read.
     *
     * @return the reason of each, without any secret; empty when all can be read
     */
    public Map<AccountKey, String> unreadable() {
        Map<AccountKey, String> reasons = new LinkedHashMap<>();
        opened().forEach((key, opened) -> {
            if (opened instanceof Unreadable unreadable) {
                reasons.put(key, unreadable.reason());
            }
        });
        return reasons;
    }

    /**
     * Encrypts again, under the newest key, what is encrypted under an older one; then the older one can be taken away. Accounts that
     * cannot be read stay as they are. No one may {@linkplain #save save} the same accounts meanwhile, which could be undone. When it
     * is interrupted it can be called again.
     *
     * @return how many accounts were encrypted again
     */
    public int encryptAgain() {
        int changed = 0;
        for (StoredAccount stored : store.accounts()) {
            if (!keys.isNewest(stored.settings()) && encryptAgain(stored)) {
                changed++;
            }
        }
        return changed;
    }

    /** Keeps the text as it is, so that what it does not say stays with the defaults. */
    private boolean encryptAgain(StoredAccount stored) {
        try {
            save(stored.key(), keys.decrypt(stored.key(), stored.settings()));
            return true;
        } catch (UnreadableSettingsException unreadable) {
            return false;
        }
    }

    private Map<AccountKey, Opened> opened() {
        List<OperationalEvent> troubles = new ArrayList<>();
        Map<AccountKey, Opened> opened = refreshed(troubles);
        // Outside of the lock: the listener is the host's.
        troubles.forEach(operations::on);
        return opened;
    }

    private synchronized Map<AccountKey, Opened> refreshed(List<OperationalEvent> troubles) {
        Instant now = store.clock().instant();
        Snapshot known = snapshot;
        if (known != null && isFresh(known, now)) {
            return known.opened();
        }
        Map<AccountKey, Opened> before = known == null ? Map.of() : known.opened();
        Map<AccountKey, Opened> read = new LinkedHashMap<>();
        for (StoredAccount stored : store.accounts()) {
            Opened earlier = before.get(stored.key());
            if (earlier != null && earlier.stored().equals(stored)) {
                read.put(stored.key(), earlier);
                continue;
            }
            Opened opened = open(stored);
            read.put(stored.key(), opened);
            if (opened instanceof Unreadable unreadable) {
                troubles.add(new OperationalEvent.EngineTrouble(
                        "accounts", "account " + stored.key() + ": " + unreadable.reason(), stored.key()));
            }
        }
        snapshot = new Snapshot(read, now);
        return read;
    }

    private static boolean isFresh(Snapshot known, Instant now) {
        // A clock that was put back must not keep old settings in force.
        return !now.isBefore(known.readAt()) && now.isBefore(known.readAt().plus(REFRESH_INTERVAL));
    }

    private synchronized void forgetSnapshot() {
        if (snapshot != null) {
            snapshot = new Snapshot(snapshot.opened(), Instant.MIN);
        }
    }

    private Opened open(StoredAccount stored) {
        try {
            MailAccount account = AccountJson.read(keys.decrypt(stored.key(), stored.settings()), defaults);
            return account.key().equals(stored.key())
                    ? new Unsealed(stored, account)
                    : new Unreadable(stored, "the stored settings name another account");
        } catch (UnreadableSettingsException unreadable) {
            return new Unreadable(stored, String.valueOf(unreadable.getMessage()));
        } catch (InvalidValueException invalid) {
            return new Unreadable(stored, "the stored settings are refused: " + invalid.getMessage());
        }
    }
}
