package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.rest.HttpSyncSink.Endpoint;
import io.github.pecmailproxy.rest.Tenants.Tenant;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where reports go, and who is to be called although there is nothing to report. */
class TenantEndpointsTest {
    private static final Endpoint EVERYBODYS = new Endpoint(URI.create("https://example.com/all"), null);

    private final List<Tenant> table = new ArrayList<>(List.of(
            new Tenant("acme", URI.create("https://example.com/acme"), "Bearer abc", false, null),
            new Tenant("beta", null, null, false, null),
            new Tenant("gamma", null, null, false, null)));
    private Instant now = Instant.parse("2026-01-31T12:00:00Z");
    private int reads;

    private TenantEndpoints endpoints(Endpoint everybodys, Duration heartbeat) {
        return new TenantEndpoints(
                id -> table.stream().filter(tenant -> tenant.id().equals(id)).findFirst(),
                () -> {
                    reads++;
                    return List.copyOf(table);
                },
                everybodys,
                heartbeat,
                () -> now);
    }

    @Test
    void callsAnEndpointThatSeveralShareOnce() throws IOException {
        TenantEndpoints endpoints = endpoints(EVERYBODYS, Duration.ofMinutes(5));

        assertThat(endpoints.tenants()).containsExactly("acme", "beta");
        assertThat(endpoints.of("gamma")).isEqualTo(EVERYBODYS);
        assertThat(endpoints.of("never heard of")).isEqualTo(EVERYBODYS);
        assertThat(endpoints(null, Duration.ofMinutes(5)).tenants()).containsExactly("acme");
    }

    @Test
    void callsNobodyWhoseEndpointCannotBeRead() {
        table.set(0, new Tenant("acme", null, null, false, "the key is missing"));
        TenantEndpoints endpoints = endpoints(null, Duration.ofMinutes(5));

        assertThat(endpoints.tenants()).isEmpty();
        assertThatThrownBy(() -> endpoints.of("acme"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the key is missing");
    }

    @Test
    void readsAllTenantsOnceInAWhileAndOneEachTime() throws IOException {
        TenantEndpoints endpoints = endpoints(null, Duration.ofMinutes(5));
        endpoints.tenants();
        table.set(0, new Tenant("acme", URI.create("https://example.com/new"), null, false, null));
        table.add(new Tenant("delta", URI.create("https://example.com/delta"), null, false, null));

        now = now.plus(TenantEndpoints.LONGEST_KEPT).minusMillis(1);
        assertThat(endpoints.tenants()).containsExactly("acme");
        assertThat(reads).isOne();
        assertThat(endpoints.of("acme").url()).hasPath("/new");

        now = now.plusMillis(1);
        assertThat(endpoints.tenants()).containsExactly("acme", "delta");
        assertThat(reads).isEqualTo(2);

        now = now.minusSeconds(60);
        endpoints.tenants();
        assertThat(reads).isEqualTo(3);
    }

    @Test
    void readsThemAsOftenAsTheyAreCalled() {
        TenantEndpoints endpoints = endpoints(null, Duration.ofSeconds(2));
        endpoints.tenants();
        now = now.plusSeconds(2);
        endpoints.tenants();
        assertThat(reads).isEqualTo(2);
    }
}
