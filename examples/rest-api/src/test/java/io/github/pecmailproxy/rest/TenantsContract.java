package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.credentials.EncryptionKeys;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The table of tenants, on each database. */
abstract class TenantsContract {
    private static final EncryptionKeys KEYS = EncryptionKeys.of(List.of(new byte[32]));

    private DataSource dataSource;
    private JdbcClient database;

    /** The URL of an empty database, with user and password. */
    abstract String url();

    @BeforeEach
    void empty() {
        dataSource = new DriverManagerDataSource(url());
        database = JdbcClient.create(dataSource);
        database.sql("drop table if exists rest_tenant").update();
    }

    private Tenants tenants(EncryptionKeys keys) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return new Tenants(database, connection.getMetaData().getDatabaseProductName(), keys);
        }
    }

    @Test
    void takesNoNameForAnother() throws SQLException {
        Tenants tenants = tenants(KEYS);
        List<String> names = List.of("acme", "ACME", "Acme", "àcme", "stra\u00dfe", "strasse");
        names.forEach(tenants::remember);
        names.forEach(tenants::remember);

        assertThat(tenants.ids()).containsAll(names).hasSize(names.size() + 1);
        String token = tenants.newToken("acme");
        assertThat(tenants.ofToken(token)).contains("acme");
        assertThat(tenants.find("ACME").orElseThrow().hasToken()).isFalse();
        assertThat(tenants.find("acm\u00c9")).isEmpty();
        assertThat(tenants.delete("Acme")).isTrue();
        assertThat(tenants.ids()).contains("acme", "ACME");
        assertThat(tenants(KEYS).ids()).as("made once").hasSize(names.size());
    }

    @Test
    void keepsOfATokenOnlyItsHash() throws SQLException {
        Tenants tenants = tenants(KEYS);
        tenants.save("acme", URI.create("https://acme.example/"), "Bearer very-secret");
        String token = tenants.newToken("acme");

        Map<String, Object> row = database.sql("select * from rest_tenant where id = 'acme'")
                .query()
                .singleRow();

        String secret = token.substring(token.indexOf('.') + 1);
        assertThat(secret).hasSizeGreaterThan(40);
        assertThat(row.values().stream().map(String::valueOf))
                .noneMatch(value -> value.contains(secret) || value.contains("very-secret"))
                .contains(Tenants.hash(token));
        assertThat(tenants.ofToken(token)).contains("acme");
        assertThat(tenants.ofToken(token + "x")).isEmpty();
        assertThat(tenants.ofToken(token.toUpperCase(java.util.Locale.ROOT))).isEmpty();
        assertThat(tenants.ofToken(token.substring(0, token.indexOf('.') + 1))).isEmpty();
        String next = tenants.newToken("acme");
        assertThat(tenants.ofToken(token)).isEmpty();
        assertThat(tenants.ofToken(next)).contains("acme");
        assertThat(tenants.revokeToken("acme")).isTrue();
        assertThat(tenants.ofToken(next)).isEmpty();
        assertThatThrownBy(() -> tenants.newToken("nobody")).isInstanceOf(ApiException.class);
    }

    @Test
    void leavesTheOthersAloneWhenOneCannotBeRead() throws SQLException {
        Tenants tenants = tenants(EncryptionKeys.of(List.of(new byte[] {
            1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8
        })));
        tenants.save("lost", URI.create("https://lost.example/"), "Bearer old");
        Tenants later = tenants(KEYS);
        later.save("good", URI.create("https://good.example/"), "Bearer new");
        later.save("broken", URI.create("https://broken.example/"), null);
        database.sql("update rest_tenant set sync_url = 'no url' where id = 'broken'")
                .update();
        database.sql("update rest_tenant set sync_authorization = (select t.s from"
                        + " (select sync_authorization as s from rest_tenant where id = 'good') t) where id = 'broken'")
                .update();
        String token = later.newToken("lost");

        assertThat(later.all()).hasSize(4);
        assertThat(later.find("good").orElseThrow().syncAuthorization()).isEqualTo("Bearer new");
        for (String unreadable : List.of("lost", "broken")) {
            Tenants.Tenant tenant = later.find(unreadable).orElseThrow();
            assertThat(tenant.trouble()).isNotEmpty().doesNotContain("Bearer");
            assertThat(tenant.syncUrl()).isNull();
            assertThat(tenant.syncAuthorization()).isNull();
        }
        assertThat(later.ofToken(token)).contains("lost");
        later.save("lost", URI.create("https://lost.example/"), "Bearer again");
        assertThat(later.find("lost").orElseThrow().trouble()).isNull();
    }
}
