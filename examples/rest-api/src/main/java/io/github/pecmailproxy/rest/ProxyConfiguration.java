package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.credentials.StoredAccounts;
import io.github.pecmailproxy.metrics.MicrometerMetrics;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.storage.jdbc.JdbcEventStore;
import io.github.pecmailproxy.store.EventStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.filter.ShallowEtagHeaderFilter;

/** The beans: the library's facade, and what this program adds around it. */
@SpringBootApplication(proxyBeanMethods = false)
class ProxyConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyConfiguration.class);

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
            StoredAccounts accounts,
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
    EngineHealth mailProxyHealthIndicator(MailProxy mailProxy, StoredAccounts storedAccounts) {
        return new EngineHealth(mailProxy, storedAccounts);
    }

    // ---------------------------------------- accounts, tenants, reports

    /**
     * What an account does not say itself follows the settings of this program, also when they change. What is kept under an older key is
     * kept under the newest from the start on, so that the older one can be taken away.
     */
    @Bean
    StoredAccounts storedAccounts(Settings settings, EventStore eventStore, ApplicationEventPublisher publisher)
            throws IOException {
        TlsTrust trust = settings.mailAuthorities() == null
                ? TlsTrust.system()
                : TlsTrust.pem(Files.readString(settings.mailAuthorities()));
        StoredAccounts accounts = new StoredAccounts(
                eventStore,
                settings.encryptionKeys(),
                trouble -> {
                    LOG.error("{}", trouble);
                    publisher.publishEvent(trouble);
                },
                account -> account.tlsTrust(trust).acceptanceTimeout(settings.acceptanceTimeout()));
        tellHowMany(accounts.encryptAgain(), "accounts");
        return accounts;
    }

    @Bean
    Accounts accounts(StoredAccounts storedAccounts) {
        return new Accounts(storedAccounts);
    }

    @Bean
    AccountForm accountForm(Settings settings, Accounts accounts) {
        return new AccountForm(accounts, new PublicHosts(InetAddress::getAllByName), settings.plainTextHosts());
    }

    @Bean
    Tenants tenants(JdbcClient database, DataSource dataSource, Settings settings) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            Tenants tenants =
                    new Tenants(database, connection.getMetaData().getDatabaseProductName(), settings.encryptionKeys());
            tellHowMany(tenants.encryptAgain(), "secrets of tenants");
            return tenants;
        }
    }

    private static void tellHowMany(int changed, String what) {
        if (changed > 0) {
            LOG.info("{} {} were encrypted again, under the newest key", changed, what);
        }
    }

    @Bean
    HttpSyncSink syncSink(Settings settings, Tenants tenants, InstantSource storeClock) {
        URI shared = settings.clientSyncUrl();
        String token = settings.clientSyncToken();
        HttpSyncSink.Endpoint everybodys = shared == null
                ? null
                : new HttpSyncSink.Endpoint(
                        shared, token == null ? null : HttpSyncSink.bearer("GMP_CLIENT_SYNC_TOKEN", token));
        return new HttpSyncSink(
                new TenantEndpoints(tenants::find, tenants::all, everybodys, settings.heartbeat(), storeClock),
                HttpSyncSink.client(),
                HttpSyncSink.REPLY_TIMEOUT,
                settings.heartbeat());
    }

    // ---------------------------------------- HTTP

    /** An id may hold a slash, which stands encoded in a path. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> slashesInIds() {
        return tomcat -> tomcat.addConnectorCustomizers(connector -> {
            connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
            connector.setEncodedReverseSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
        });
    }

    @Bean
    MessageForm messageForm(Settings settings) {
        return new MessageForm(settings.largestAttachment());
    }

    @Bean
    MessageLookup messageLookup(MailProxy mailProxy, Tenants tenants) {
        return new MessageLookup(mailProxy, tenants);
    }

    @Bean
    BodyBudget bodyBudget(Settings settings) {
        return BodyBudget.of(settings.largestBody(), Runtime.getRuntime().maxMemory());
    }

    @Bean
    FilterRegistrationBean<ApiGate> apiGate(Settings settings, Tenants tenants, BodyBudget bodyBudget) {
        RequestLimit limit = new RequestLimit(settings.requestsPerMinute(), InstantSource.system());
        FilterRegistrationBean<ApiGate> gate =
                new FilterRegistrationBean<>(new ApiGate(settings, tenants, limit, bodyBudget));
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
