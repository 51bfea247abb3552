package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.PecProvider;
import io.github.pecmailproxy.credentials.StoredAccounts;
import io.github.pecmailproxy.storage.jdbc.JdbcEventStore;
import io.github.pecmailproxy.store.EventStore;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The program starts with another key, then without the old one. */
class KeyChangeTest {
    private static final String OLD = key(1);
    private static final String NEW = key(2);

    private final DataSource dataSource =
            new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    private final EventStore store =
            JdbcEventStore.builder().dataSource(dataSource).build();
    private final ProxyConfiguration program = new ProxyConfiguration();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void oldKeyCanBeTakenAwayAfterOneStartWithBoth() throws IOException, SQLException {
        List<MailAccount> saved = List.of(account("one"), account("two"));
        saved.forEach(startAccounts(OLD)::save);
        startTenants(OLD).save("acme", URI.create("https://acme.example/"), "Bearer secret");

        startAccounts(NEW + "," + OLD);
        startTenants(NEW + "," + OLD);

        assertThat(startAccounts(NEW).accounts()).containsExactlyInAnyOrderElementsOf(saved);
        assertThat(startTenants(NEW).find("acme").orElseThrow().syncAuthorization())
                .isEqualTo("Bearer secret");
        assertThat(startAccounts(OLD).accounts()).isEmpty();
        assertThat(startTenants(OLD).find("acme").orElseThrow().trouble()).isNotNull();
    }

    @Test
    void whatCannotBeReadStaysAsItIs() throws IOException, SQLException {
        startAccounts(OLD).save(account("one"));
        startTenants(OLD).save("acme", URI.create("https://acme.example/"), "Bearer secret");

        startAccounts(NEW);
        startTenants(NEW);

        assertThat(startAccounts(OLD).accounts()).containsExactly(account("one"));
        assertThat(startTenants(OLD).find("acme").orElseThrow().syncAuthorization())
                .isEqualTo("Bearer secret");
    }

    private StoredAccounts startAccounts(String keys) throws IOException {
        return program.storedAccounts(settings(keys), store, event -> {});
    }

    private Tenants startTenants(String keys) throws SQLException {
        return program.tenants(JdbcClient.create(dataSource), dataSource, settings(keys));
    }

    private static Settings settings(String keys) {
        return Settings.of(Map.of("MAIL_PROXY_ENCRYPTION_KEY", keys));
    }

    private static MailAccount account(String id) {
        return MailAccount.pec(id, PecProvider.ARUBA)
                .credentials("user@pec.it", "secret of " + id)
                .build();
    }

    private static String key(int filler) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) filler);
        return Base64.getEncoder().encodeToString(key);
    }
}
