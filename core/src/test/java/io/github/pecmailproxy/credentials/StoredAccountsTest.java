package io.github.pecmailproxy.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.HandledMail;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.PecProvider;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.account.RateLimitAction;
import io.github.pecmailproxy.account.ReceiptTrust;
import io.github.pecmailproxy.account.Secret;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.account.UncertainDelivery;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.store.StoredAccount;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.SettableClock;
import io.github.pecmailproxy.testing.TestCertificate;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredAccountsTest {
    private static final String PASSWORD = "Correct-Horse-77";
    private static final byte[] OLD_KEY = key(1);
    private static final byte[] NEW_KEY = key(2);

    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final Alarms alarms = new Alarms();
    private final StoredAccounts accounts = with(OLD_KEY);

    @Test
    void givesBackEverySettingOfAnAccount() {
        MailAccount full = full();
        MailAccount small = account("small");
        MailAccount seen = marking("seen", new HandledMail.Seen());
        MailAccount keyword = marking("keyword", new HandledMail.Keyword("$Handled"));

        MailAccount verp = verp();

        List.of(full, small, seen, keyword, verp).forEach(accounts::save);

        assertThat(with(OLD_KEY).accounts()).containsExactlyInAnyOrder(full, small, seen, keyword, verp);
        assertThat(accounts.account(full.key())).contains(full);
    }

    /** Looks at the fields themselves, so that one that is added later and not stored, or not set by this test, is found. */
    @Test
    void leavesNoFieldOfAnAccountOut() throws IllegalAccessException {
        MailAccount plain = MailAccount.ordinary("plain")
                .smtps("smtp.example", 465)
                .address("a@plain.example")
                .build();
        MailAccount full = full();
        MailAccount verp = verp();
        List.of(full, verp).forEach(accounts::save);
        MailAccount stored = with(OLD_KEY).account(full.key()).orElseThrow();
        MailAccount storedVerp = with(OLD_KEY).account(verp.key()).orElseThrow();
        int fields = 0;
        for (Field field : MailAccount.class.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                fields++;
                // Some settings exclude each other.
                boolean ofPec = !Objects.equals(field.get(full), field.get(plain));
                MailAccount set = ofPec ? full : verp;
                assertThat(field.get(set)).as("set by this test: %s", field).isNotEqualTo(field.get(plain));
                assertThat(field.get(ofPec ? stored : storedVerp))
                        .as("stored: %s", field)
                        .isEqualTo(field.get(set));
            }
        }
        assertThat(fields).isGreaterThan(15);
    }

    private static MailAccount verp() {
        return MailAccount.ordinary("verp")
                .smtps("smtp.ditta.example", 465)
                .credentials("info@ditta.example", PASSWORD)
                .returnPath("bounce+{token}@ditta.example")
                .build();
    }

    /** An account in which every setting that a PEC account can have is another than the default. */
    private static MailAccount full() {
        return MailAccount.pec("full", PecProvider.ARUBA)
                .tenant("acme")
                .address("box@pec.it")
                .credentials("user@pec.it", PASSWORD)
                .imapCredentials("reader", "another secret")
                .folders("INBOX", "Ricevute")
                .tlsTrust(TestCertificate.forHost("localhost").trust())
                .maxConnections(7)
                .messagesPerConnection(13)
                .rateLimit(RateLimit.perDay(500))
                .rateLimit(RateLimit.perMinute(5))
                .rateLimitAction(RateLimitAction.REJECT)
                .maxTotalSize(1_000_000)
                .acceptanceTimeout(Duration.ofMillis(1_500))
                .deliveryTimeout(Duration.ofHours(30))
                .receiptTrust(ReceiptTrust.ACCEPT_UNVERIFIED)
                .uncertainDelivery(UncertainDelivery.HOLD)
                .readFrom(Instant.parse("2026-01-31T12:00:00.5Z"))
                .handledMail(new HandledMail.MovedTo("Ricevute.Elaborate"))
                .build();
    }

    private static MailAccount marking(String id, HandledMail handled) {
        return MailAccount.pec(id, PecProvider.ARUBA)
                .credentials("user@pec.it", PASSWORD)
                .handledMail(handled)
                .build();
    }

    @Test
    void leavesToTheHostsDefaultsWhatAnAccountDoesNotSay() {
        String json = """
                {"id": "a", "host": "s.example", "user": "a@pec.example", "password": "p", "is_pec_account": true,
                 "imap_host": "i.example"}""";
        String own = json.replace("\"a\"", "\"b\"").replace("{", "{\"acceptance_timeout\": 77, ");

        assertThat(withTimeout(60).save(json).acceptanceTimeout()).hasSeconds(60);
        withTimeout(60).save(own);
        assertThat(with(NEW_KEY, OLD_KEY).encryptAgain()).isEqualTo(2);

        StoredAccounts later = new StoredAccounts(
                store,
                EncryptionKeys.of(List.of(NEW_KEY)),
                alarms,
                builder -> builder.acceptanceTimeout(Duration.ofMinutes(2)));
        assertThat(later.accounts())
                .extracting(account -> account.acceptanceTimeout().toSeconds())
                .containsExactlyInAnyOrder(120L, 77L);
    }

    private StoredAccounts withTimeout(int seconds) {
        return new StoredAccounts(
                store,
                EncryptionKeys.of(List.of(OLD_KEY)),
                alarms,
                builder -> builder.acceptanceTimeout(Duration.ofSeconds(seconds)));
    }

    @Test
    void readsTheLimitsAndTheTransportByTheirSimpleNames() {
        MailAccount account = AccountJson.read("""
                {"id": "a", "host": "localhost", "user": "a@pec.example", "password": "p", "is_pec_account": true,
                 "imap_host": "localhost", "imap_use_tls": false,
                 "limit_per_minute": 1, "limit_per_hour": 2, "limit_per_day": 3}""");

        assertThat(account.rateLimits())
                .containsExactly(RateLimit.perMinute(1), RateLimit.perHour(2), RateLimit.perDay(3));
        assertThat(account.imap().transport()).isEqualTo(Transport.PLAIN);
        assertThat(account.imap().port()).isEqualTo(MailAccount.IMAPS_PORT);
        assertThatThrownBy(() -> AccountJson.read("{\"id\": \"a\", \"host\": \"h\", \"limit_per_day\": 0}"))
                .hasMessageStartingWith("limit_per_day");
    }

    @Test
    void keepsASecretOfTheHostForItsOwnerOnly() throws UnreadableSettingsException {
        EncryptionKeys keys = EncryptionKeys.of(List.of(OLD_KEY));
        String stored = keys.encrypt("tenant acme", "s3cret");

        assertThat(keys.decrypt("tenant acme", stored)).isEqualTo("s3cret");
        assertThat(stored).doesNotContain("s3cret").isNotEqualTo(keys.encrypt("tenant acme", "s3cret"));
        assertThatThrownBy(() -> keys.decrypt("tenant other", stored)).isInstanceOf(UnreadableSettingsException.class);
        assertThatThrownBy(() -> keys.decrypt(new AccountKey("tenant acme", "a"), stored))
                .isInstanceOf(UnreadableSettingsException.class);
        assertThatThrownBy(() -> EncryptionKeys.of(List.of(NEW_KEY)).decrypt("tenant acme", stored))
                .isInstanceOf(UnreadableSettingsException.class);
    }

    @Test
    void storesNothingInPlainText() {
        accounts.save(account("a"));

        assertThat(onlyStored().settings())
                .doesNotContain(
                        PASSWORD, "user@pec.it", PecProvider.ARUBA.smtp().host());
    }

    @Test
    void usesAnotherNonceEachTime() {
        Set<String> stored = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            accounts.save(account("a"));
            stored.add(onlyStored().settings());
        }
        assertThat(stored).hasSize(50);
    }

    @Test
    void namesTheAccountThatWasTamperedWithAndKeepsTheOthers() {
        accounts.save(account("good"));
        accounts.save(account("bad"));
        StoredAccount stored = stored("bad");
        String[] parts = stored.settings().split("\\.");
        byte[] sealed = Base64.getDecoder().decode(parts[2]);
        for (int position = 0; position < sealed.length; position += 7) {
            byte[] changed = sealed.clone();
            changed[position] ^= 1;
            String text = parts[0] + "." + parts[1] + "." + Base64.getEncoder().encodeToString(changed);
            store.saveAccount(new StoredAccount(stored.key(), text, stored.changedAt()));

            StoredAccounts read = with(OLD_KEY);
            assertThat(read.accounts()).containsExactly(account("good"));
            assertThat(read.unreadable()).containsOnlyKeys(stored.key());
        }
        assertThat(alarms.of(OperationalEvent.EngineTrouble.class))
                .isNotEmpty()
                .allSatisfy(trouble -> assertThat(trouble.account()).isEqualTo(stored.key()));
    }

    @Test
    void refusesSettingsThatWereMovedToAnotherAccountOrTenant() {
        accounts.save(account("a"));
        String settings = onlyStored().settings();
        AccountKey otherId = new AccountKey("default", "b");
        AccountKey otherTenant = new AccountKey("other", "a");
        store.saveAccount(new StoredAccount(otherId, settings, clock.instant()));
        store.saveAccount(new StoredAccount(otherTenant, settings, clock.instant()));

        StoredAccounts read = with(OLD_KEY);

        assertThat(read.accounts()).containsExactly(account("a"));
        assertThat(read.unreadable()).containsOnlyKeys(otherId, otherTenant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "v1", "v1..", "v2.x.y", "v1.0011223344556677.AAAA"})
    void refusesWhatItDidNotWrite(String settings) {
        store.saveAccount(new StoredAccount(new AccountKey("default", "a"), settings, clock.instant()));

        assertThat(accounts.accounts()).isEmpty();
        assertThat(accounts.unreadable()).hasSize(1);
    }

    @Test
    void tellsOfAnUnreadableAccountOnce() {
        store.saveAccount(new StoredAccount(new AccountKey("default", "a"), "?", clock.instant()));
        for (int i = 0; i < 3; i++) {
            accounts.accounts();
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(alarms.of(OperationalEvent.EngineTrouble.class)).hasSize(1);
    }

    @Test
    void replacesAKeyWithoutLosingAnAccount() {
        accounts.save(account("a"));
        accounts.save(account("b"));
        StoredAccounts both = with(NEW_KEY, OLD_KEY);

        assertThat(with(NEW_KEY).unreadable()).hasSize(2);
        assertThat(both.accounts()).hasSize(2);
        assertThat(both.encryptAgain()).isEqualTo(2);
        assertThat(both.encryptAgain()).isZero();
        assertThat(with(NEW_KEY).accounts()).containsExactlyInAnyOrder(account("a"), account("b"));
        assertThat(with(OLD_KEY).accounts()).isEmpty();
    }

    @Test
    void replacingAKeyCanDieInTheMiddleAndBeRunAgain() {
        accounts.save(account("a"));
        accounts.save(account("b"));
        StoredAccounts both = with(NEW_KEY, OLD_KEY);
        int[] saved = {0};
        store.before(operation -> {
            if (operation.equals("saveAccount") && ++saved[0] == 2) {
                throw new IllegalStateException("killed here");
            }
        });
        assertThatThrownBy(both::encryptAgain).hasMessage("killed here");
        store.before(operation -> {});

        assertThat(with(NEW_KEY, OLD_KEY).accounts()).hasSize(2);
        assertThat(with(NEW_KEY, OLD_KEY).encryptAgain()).isEqualTo(1);
        assertThat(with(NEW_KEY).accounts()).hasSize(2);
    }

    @Test
    void seesItsOwnChangeAtOnceAndThatOfAnotherNodeSoon() {
        StoredAccounts other = with(OLD_KEY);
        assertThat(other.accounts()).isEmpty();

        accounts.save(account("a"));
        assertThat(accounts.accounts()).hasSize(1);
        assertThat(other.accounts()).isEmpty();
        clock.advance(StoredAccounts.REFRESH_INTERVAL);
        assertThat(other.accounts()).hasSize(1);

        assertThat(other.delete(account("a").key())).isTrue();
        assertThat(other.accounts()).isEmpty();
        clock.advance(Duration.ofHours(-1));
        assertThat(accounts.accounts()).isEmpty();
    }

    @Test
    void refusesToStoreASupplierOfTokens() {
        MailAccount account = MailAccount.pec("a", PecProvider.ARUBA)
                .credentials(new Credentials.AccessToken("user@pec.it", () -> Secret.of("token")))
                .build();

        assertThatThrownBy(() -> accounts.save(account))
                .hasMessageContaining("password")
                .hasMessageContaining("AccountSource");
        assertThat(store.accounts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "plain words!", "c2hvcnQ=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", ","})
    void refusesAMissingOrMalformedKey(String text) {
        assertThatThrownBy(() -> EncryptionKeys.fromEnvironment(Map.of(EncryptionKeys.VARIABLE, text)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("MAIL_PROXY_ENCRYPTION_KEY: ")
                .hasNoCause()
                .message()
                .doesNotContain("plain words", "c2hvcnQ");
        assertThatThrownBy(() -> EncryptionKeys.fromEnvironment(Map.of())).hasMessageContaining("is missing");
    }

    @Test
    void showsNoKey() {
        EncryptionKeys keys = EncryptionKeys.of(List.of(OLD_KEY));

        assertThat(keys.toString()).doesNotContain(Base64.getEncoder().encodeToString(OLD_KEY), "0101");
    }

    @Test
    void readsTheAccountOfTheDocumentation() {
        MailAccount account = AccountJson.read("""
                {"id": "pec-acme", "tenant_id": "acme", "host": "smtp.pec.provider.it", "port": 465,
                 "user": "acme@pec.provider.it", "password": "smtp-password", "use_tls": true, "is_pec_account": true,
                 "imap_host": "imap.pec.provider.it"}""");

        assertThat(account)
                .isEqualTo(MailAccount.pec("pec-acme")
                        .tenant("acme")
                        .smtps("smtp.pec.provider.it", 465)
                        .credentials("acme@pec.provider.it", "smtp-password")
                        .imaps("imap.pec.provider.it", 993)
                        .build());
        assertThat(AccountJson.write(account)).doesNotContain("smtp-password", "\"password\"", "imap_password");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "{",
                "{\"id\":\"a\",\"password\":\"Correct-Horse-77\"",
                "{\"id\":\"a\",\"host\":\"h.it\",\"user\":\"u@pec.it\",\"password\":\"Correct-Horse-77\",\"is_pec\":true}",
                "{\"id\":\"a\",\"host\":\"h.it\",\"user\":\"u@pec.it\",\"password\":\"Correct-Horse-77\",\"use_tls\":\"yes\"}",
                "{\"id\":\"a\",\"host\":\"h.it\",\"user\":\"u@pec.it\",\"password\":\"Correct-Horse-77\",\"use_tls\":false}",
                "{\"id\":\"a\",\"host\":\"h.it\",\"user\":\"u@pec.it\",\"password\":\"Correct-Horse-77\",\"port\":99999999999}",
                "{\"id\":\"a\",\"host\":\"h.it\",\"user\":\"u@pec.it\",\"password\":\"Correct-Horse-77\\n\"}",
            })
    void refusesAMalformedAccountWithoutQuotingItsPassword(String json) {
        assertThatThrownBy(() -> AccountJson.read(json))
                .isInstanceOf(InvalidValueException.class)
                .hasNoCause()
                .message()
                .doesNotContain(PASSWORD);
    }

    private StoredAccounts with(byte[]... newestFirst) {
        return new StoredAccounts(store, EncryptionKeys.of(List.of(newestFirst)), alarms);
    }

    private StoredAccount onlyStored() {
        assertThat(store.accounts()).hasSize(1);
        return store.accounts().get(0);
    }

    private StoredAccount stored(String id) {
        return store.accounts().stream()
                .filter(stored -> stored.key().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static MailAccount account(String id) {
        return MailAccount.pec(id, PecProvider.ARUBA)
                .credentials("user@pec.it", PASSWORD)
                .build();
    }

    private static byte[] key(int filler) {
        byte[] key = new byte[EncryptionKeys.KEY_LENGTH];
        Arrays.fill(key, (byte) filler);
        return key;
    }
}
