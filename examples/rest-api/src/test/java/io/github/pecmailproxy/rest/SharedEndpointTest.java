package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** {@code GMP_CLIENT_SYNC_URL}: one endpoint for all tenants that have none of their own. */
class SharedEndpointTest {
    @Test
    void isCalledOnceForAllOfThemWithItsOwnTokenAndNotForWhoHasAnother() throws Exception {
        try (TenantEndpoint shared = new TenantEndpoint();
                TenantEndpoint own = new TenantEndpoint();
                ConfigurableApplicationContext context = start(shared)) {
            Tenants tenants = context.getBean(Tenants.class);
            tenants.remember("another");
            tenants.save("with-own", java.net.URI.create(own.url()), null);

            Await.until(() -> !own.calls().isEmpty());
            int before = shared.calls().size();
            Await.until(() -> shared.calls().size() > before + 1);

            assertThat(shared.authorizations()).containsOnly("Bearer shared-secret");
            assertThat(shared.tenants().subList(before, shared.tenants().size()))
                    .containsOnly("another");
            assertThat(own.authorizations()).containsOnly("null");
            assertThat(own.tenants()).containsOnly("with-own");
        }
    }

    private static ConfigurableApplicationContext start(TenantEndpoint shared) {
        return RestApi.start(Settings.of(Map.of(
                "GMP_PORT",
                "0",
                "GMP_DB_URL",
                "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
                "GMP_CLIENT_SYNC_URL",
                shared.url(),
                "GMP_CLIENT_SYNC_TOKEN",
                "shared-secret",
                "GMP_SYNC_HEARTBEAT",
                "1",
                "MAIL_PROXY_ENCRYPTION_KEY",
                Base64.getEncoder().encodeToString(new byte[32]))));
    }
}
