package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.metrics.MicrometerMetrics;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.storage.jdbc.JdbcEventStore;
import io.github.pecmailproxy.store.EventStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.filter.ShallowEtagHeaderFilter;

/** The beans: the library's facade, and what this program adds around it. */
@SpringBootApplication(proxyBeanMethods = false)
class ProxyConfiguration {
    /** What Spring is told for these settings. */
    static Map<String, Object> properties(Settings settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("server.address", settings.host());
        properties.put("server.port", settings.port());
        properties.put("server.shutdown", "graceful");
        properties.put("spring.lifecycle.timeout-per-shutdown-phase", MailProxy.DEFAULT_STOP_GRACE.plusSeconds(5));
        properties.put("server.tomcat.max-swallow-size", -1); // An answer reaches also who sent too much.
        properties.put("spring.datasource.url", settings.databaseUrl());
        put(properties, "spring.datasource.username", settings.databaseUser());
        put(properties, "spring.datasource.password", settings.databasePassword());
        properties.put("spring.mvc.async.request-timeout", "10m"); // A large evidence file on a slow line.
        // /health and /metrics at the root, where this API has them.
        properties.put("management.endpoints.web.base-path", "/");
        properties.put("management.endpoints.web.discovery.enabled", false);
        properties.put("management.endpoints.web.exposure.include", "health,prometheus");
        properties.put("management.endpoints.web.path-mapping.prometheus", "metrics");
        properties.put("management.endpoint.health.show-details", "when-authorized");
        return properties;
    }

    private static void put(Map<String, Object> properties, String name, @Nullable String value) {
        if (value != null) {
            properties.put(name, value);
        }
    }

    // ---------------------------------------- the library

    /** Closed by the proxy. The data source is Spring's own, so that an enqueue can join a Spring transaction. */
    @Bean(destroyMethod = "")
    EventStore eventStore(DataSource dataSource) {
        return JdbcEventStore.builder().dataSource(dataSource).build();
    }

    /** The clock on which all processes on one database agree. */
    @Bean
    InstantSource storeClock(EventStore eventStore) {
        return eventStore.clock();
    }

    @Bean(destroyMethod = "close")
    MailProxy mailProxy(
            Settings settings,
            EventStore eventStore,
            Accounts accounts,
            HttpSyncSink sink,
            MeterRegistry meters,
            ApplicationEventPublisher publisher) {
        ProviderTrust.Builder trust = ProviderTrust.builder().defaultAnchors().clock(eventStore.clock());
        if (settings.trustAnchors() != null) {
            trust.anchorsPem(settings.trustAnchors());
        }
        return MailProxy.builder()
                .store(eventStore)
                .accounts(accounts)
                .trust(trust.build())
                .pollInterval(settings.pollInterval())
                .leaseDuration(settings.leaseDuration())
                .reports("sync", sink)
                // Any bean hears of it by @EventListener; the engine logs it already.
                .operations(publisher::publishEvent)
                .metrics(new MicrometerMetrics(meters))
                .build();
    }

    /** Starts the engine before the web server takes requests, and stops it after the last request was answered. */
    @Bean
    EngineLifecycle engineLifecycle(MailProxy mailProxy) {
        return new EngineLifecycle(mailProxy);
    }

    @Bean
    TransactionalQueue transactionalQueue(MailProxy mailProxy, DataSource dataSource) {
        return new TransactionalQueue(mailProxy.queue(), dataSource);
    }

    @Bean
    EngineHealth mailProxyHealthIndicator(MailProxy mailProxy) {
        return new EngineHealth(mailProxy);
    }

    // ---------------------------------------- accounts, tenants, reports

    @Bean
    Vault vault(Settings settings) {
        return Vault.of(settings.encryptionKey());
    }

    @Bean
    AccountForm accountForm(Settings settings) throws IOException {
        TlsTrust trust = settings.mailAuthorities() == null
                ? TlsTrust.system()
                : TlsTrust.pem(Files.readString(settings.mailAuthorities()));
        return new AccountForm(settings.acceptanceTimeout(), trust, settings.plainTextHosts());
    }

    @Bean
    Accounts accounts(EventStore eventStore, Vault vault, AccountForm form) {
        return new Accounts(eventStore, vault, form);
    }

    @Bean
    Tenants tenants(JdbcClient database, Vault vault) {
        return new Tenants(database, vault);
    }

    @Bean
    HttpSyncSink syncSink(Settings settings, Tenants tenants) {
        URI shared = settings.clientSyncUrl();
        String token = settings.clientSyncToken();
        HttpSyncSink.Endpoint everybodys = shared == null
                ? null
                : new HttpSyncSink.Endpoint(
                        shared, token == null ? null : HttpSyncSink.bearer("GMP_CLIENT_SYNC_TOKEN", token));
        return new HttpSyncSink(
                new TenantEndpoints(tenants, everybodys),
                HttpSyncSink.client(),
                HttpSyncSink.REPLY_TIMEOUT,
                settings.heartbeat());
    }

    private record TenantEndpoints(Tenants table, HttpSyncSink.@Nullable Endpoint everybodys)
            implements HttpSyncSink.EndpointSource {
        private static HttpSyncSink.@Nullable Endpoint own(Tenants.Tenant tenant) {
            URI url = tenant.syncUrl();
            return url == null ? null : new HttpSyncSink.Endpoint(url, tenant.syncAuthorization());
        }

        @Override
        public HttpSyncSink.@Nullable Endpoint of(String tenant) {
            return table.find(tenant).map(TenantEndpoints::own).orElse(everybodys);
        }

        @Override
        public List<String> tenants() {
            return table.all().stream()
                    .filter(tenant -> tenant.syncUrl() != null || everybodys != null)
                    .map(Tenants.Tenant::id)
                    .toList();
        }
    }

    // ---------------------------------------- HTTP

    @Bean
    MessageForm messageForm(Settings settings) {
        return new MessageForm(settings.largestAttachment());
    }

    @Bean
    MessageLookup messageLookup(MailProxy mailProxy, Tenants tenants) {
        return new MessageLookup(mailProxy, tenants);
    }

    @Bean
    FilterRegistrationBean<ApiGate> apiGate(Settings settings, Tenants tenants) {
        RequestLimit limit = new RequestLimit(settings.requestsPerMinute(), InstantSource.system());
        FilterRegistrationBean<ApiGate> gate = new FilterRegistrationBean<>(new ApiGate(settings, tenants, limit));
        gate.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return gate;
    }

    /** The page asks every few seconds; what did not change is not sent again. */
    @Bean
    FilterRegistrationBean<ShallowEtagHeaderFilter> entityTags() {
        FilterRegistrationBean<ShallowEtagHeaderFilter> tags =
                new FilterRegistrationBean<>(new ShallowEtagHeaderFilter());
        tags.addUrlPatterns("/messages", "/messages/*", "/accounts", "/status");
        return tags;
    }
}
