package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.StoredAccount;
import org.junit.jupiter.api.Test;

/** Proves {@code saveAccount}, {@code accounts} and {@code deleteAccount}. */
interface AccountContract extends StoreUnderTest {
    @Test
    default void hasNoAccountsAtFirst() {
        assertThat(store().accounts()).isEmpty();
        assertThat(store().deleteAccount(ACCOUNT)).isFalse();
    }

    @Test
    default void keepsTheSettingsOfAccountsExactly() {
        String settings = "{\"name\":\"Caffè \uD83D\uDCE7 '%_\\\\ \"}\r\n" + "€".repeat(20_000) + " ";
        store().saveAccount(new StoredAccount(ACCOUNT, settings, NOW.plusNanos(1_999_999)));

        assertThat(store().accounts()).containsExactly(new StoredAccount(ACCOUNT, settings, NOW.plusMillis(1)));
    }

    @Test
    default void replacesTheSettingsOfAnAccount() {
        store().saveAccount(new StoredAccount(ACCOUNT, "old", NOW));

        store().saveAccount(new StoredAccount(ACCOUNT, "new", NOW.plusSeconds(1)));

        assertThat(store().accounts()).containsExactly(new StoredAccount(ACCOUNT, "new", NOW.plusSeconds(1)));
    }

    @Test
    default void tellsAccountsApartExactly() {
        StoredAccount mine = new StoredAccount(ACCOUNT, "mine", NOW);
        StoredAccount upper = new StoredAccount(new AccountKey("default", "ACC"), "case", NOW);
        StoredAccount accent = new StoredAccount(new AccountKey("default", "àcc"), "accent", NOW);
        StoredAccount tenants = new StoredAccount(new AccountKey("other", "acc"), "tenant", NOW);
        store().saveAccount(mine);
        store().saveAccount(upper);
        store().saveAccount(accent);
        store().saveAccount(tenants);

        assertThat(store().accounts()).containsExactlyInAnyOrder(mine, upper, accent, tenants);
        assertThat(store().deleteAccount(new AccountKey("other", "acc"))).isTrue();
        assertThat(store().deleteAccount(new AccountKey("other", "acc"))).isFalse();
        assertThat(store().accounts()).containsExactlyInAnyOrder(mine, upper, accent);
    }

    @Test
    default void keepsTheMessagesOfADeletedAccount() {
        store().saveAccount(new StoredAccount(ACCOUNT, "{}", NOW));
        TrackedMessage message = enqueue(message("one"));

        assertThat(store().deleteAccount(ACCOUNT)).isTrue();

        assertThat(current(message)).isEqualTo(message);
        assertThat(leasedIds(1)).containsExactly("one");
    }
}
