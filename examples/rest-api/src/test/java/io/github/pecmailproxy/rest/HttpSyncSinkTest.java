package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.ReportAnswer;
import io.github.pecmailproxy.report.ReportEntry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sync protocol with a tenant that behaves and with one that does not. */
class HttpSyncSinkTest {
    private static final Instant START = Instant.ofEpochSecond(1_705_750_000);

    private TenantEndpoint tenant;

    @BeforeEach
    void start() throws IOException {
        tenant = new TenantEndpoint();
    }

    @AfterEach
    void stop() {
        tenant.close();
    }

    private HttpSyncSink sink(@Nullable String authorization, Duration timeout) {
        HttpSyncSink.Endpoint endpoint = new HttpSyncSink.Endpoint(URI.create(tenant.url()), authorization);
        return new HttpSyncSink(
                new HttpSyncSink.EndpointSource() {
                    @Override
                    public HttpSyncSink.@Nullable Endpoint of(String name) {
                        return name.equals("silent") ? null : endpoint;
                    }

                    @Override
                    public List<String> tenants() {
                        return List.of("acme");
                    }
                },
                HttpSyncSink.client(),
                timeout,
                Duration.ofMinutes(5));
    }

    private HttpSyncSink sink() {
        return sink(null, Duration.ofMinutes(1));
    }

    private static DeliveryReport report(String... ids) {
        List<ReportEntry> entries = new ArrayList<>();
        for (String id : ids) {
            entries.add(new ReportEntry(
                    new MessageEvent(
                            entries.size() + 1,
                            new MessageKey("acme", id),
                            EventType.SENT,
                            START,
                            START,
                            EventData.NONE),
                    0));
        }
        return new DeliveryReport("acme", entries);
    }

    @Test
    void tellsATenantAndTakesItsWord() throws Exception {
        tenant.answers(200, "{\"ok\": true, \"queued\": 0, \"new_field\": {\"of\": [\"a later version\"]}}");

        assertThat(sink("Bearer abc", Duration.ofMinutes(1))
                        .deliver(report("a", "b"))
                        .retry())
                .isEmpty();

        assertThat(tenant.calls()).hasSize(1);
        assertThat(tenant.calls().get(0).toString())
                .isEqualTo(
                        "{\"delivery_report\":[{\"id\":\"a\",\"sent_ts\":1705750000},{\"id\":\"b\",\"sent_ts\":1705750000}]}");
        assertThat(tenant.authorizations()).containsExactly("Bearer abc");
    }

    @Test
    void reportsAgainWhatTheTenantCouldNotTakeUpAndDropsWhatItDoesNotKnow() throws Exception {
        tenant.answers(200, "{\"ok\": true, \"error\": [\"b\", \"never heard of\"], \"not_found\": [\"c\"]}");

        ReportAnswer answer = sink().deliver(report("a", "b", "c", "b"));

        assertThat(answer.retry()).isEqualTo(Set.of(2L, 4L));
        assertThat(answer.dropped()).isEqualTo(Set.of(3L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | {\"ok\": true}",
                "404 | {\"ok\": true}",
                "200 | <html><body>Please sign in</body></html>",
                "200 | ",
                "204 | ",
                "200 | []",
                "200 | null",
                "200 | {}",
                "200 | {\"ok\": false}",
                "200 | {\"ok\": \"true\"}",
                "200 | {\"ok\": false, \"error\": \"database is down\"}",
                "200 | {\"ok\": true, \"error\": \"a\"}",
                "200 | {\"ok\": true, \"error\": [7]}",
                "200 | {\"ok\": true, \"not_found\": {}}",
            })
    void takesNothingElseForAnAcknowledgement(int status, @Nullable String body) {
        tenant.answers(status, body == null ? "" : body);

        assertThatThrownBy(() -> sink().deliver(report("a")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("endpoint");
    }

    @Test
    void followsNoRedirect() throws IOException {
        try (TenantEndpoint elsewhere = new TenantEndpoint()) {
            tenant.answers(exchange -> {
                exchange.getResponseHeaders().set("Location", elsewhere.url());
                TenantEndpoint.reply(exchange, 307, "");
            });

            assertThatThrownBy(() -> sink("Bearer abc", Duration.ofMinutes(1)).deliver(report("a")))
                    .hasMessageContaining("HTTP 307");
            assertThat(elsewhere.calls()).isEmpty();
        }
    }

    @Test
    void breaksOffAReplyWithoutEnd() {
        tenant.answers(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] part = new byte[64 << 10];
            for (int i = 0; i < 1_000; i++) {
                exchange.getResponseBody().write(part);
            }
        });

        assertThatThrownBy(() -> sink().deliver(report("a"))).hasMessageContaining("larger than");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void doesNotWaitForEver(boolean answersTheHeader) {
        CountDownLatch over = new CountDownLatch(1);
        tenant.answers(exchange -> {
            if (answersTheHeader) {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
            }
            await(over);
        });

        assertThatThrownBy(() -> sink(null, Duration.ofMillis(300)).deliver(report("a")))
                .isInstanceOf(IOException.class);
        over.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void doesNotReachATenantThatIsNotThere() {
        HttpSyncSink sink = sink();
        tenant.close();

        assertThatThrownBy(() -> sink.deliver(report("a")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("could not be reached");
    }

    @Test
    void passesOnWhenTheTenantWantsToBeCalled() throws Exception {
        tenant.answers(200, "{\"ok\": true, \"queued\": 3, \"next_sync_after\": 1705750060}");

        ReportAnswer answer = sink().deliver(report("a"));

        assertThat(answer.queued()).isEqualTo(3);
        assertThat(answer.nextSyncAfter()).contains(START.plusSeconds(60));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ok\": true}",
                "{\"ok\": true, \"queued\": null, \"next_sync_after\": null}",
                "{\"ok\": true, \"queued\": -1, \"next_sync_after\": 1e300}",
                "{\"ok\": true, \"queued\": \"many\", \"next_sync_after\": \"tomorrow\"}",
                "{\"ok\": true, \"queued\": {}, \"next_sync_after\": []}"
            })
    void leavesAWishAsideThatItDoesNotUnderstand(String reply) throws Exception {
        tenant.answers(200, reply);

        ReportAnswer answer = sink().deliver(report("a"));

        assertThat(answer.retry()).isEmpty();
        assertThat(answer.queued()).isZero();
        assertThat(answer.nextSyncAfter()).isEmpty();
    }

    @Test
    void callsATenantThatHasNothingToHear() throws Exception {
        tenant.answers(200, "{\"ok\": true}");

        assertThat(sink().heartbeatTenants()).containsExactly("acme");
        assertThat(sink().heartbeatInterval()).isEqualTo(Duration.ofMinutes(5));
        sink().deliver(report());

        assertThat(tenant.calls())
                .singleElement()
                .satisfies(call -> assertThat(call.toString()).isEqualTo("{\"delivery_report\":[]}"));
    }

    @Test
    void namesTheTenantToAnEndpointThatSeveralShare() throws Exception {
        DeliveryReport other = new DeliveryReport("altro/è", report("a").entries());

        sink().deliver(report("a"));
        sink().deliver(other);

        assertThat(tenant.tenants()).containsExactly("acme", "altro%2F%C3%A8");
    }

    @Test
    void keepsWhatIsToBeToldWhileNobodyKnowsWhere() {
        HttpSyncSink sink = sink(
                name -> {
                    throw new IOException("the secret cannot be read");
                },
                HttpSyncSink.client());

        assertThatThrownBy(() -> sink.deliver(report("a"))).isInstanceOf(IOException.class);
        assertThat(tenant.calls()).isEmpty();
    }

    @Test
    void speaksTlsAndToNobodyWhoseCertificateIsNotTrusted(@TempDir Path folder) throws Exception {
        SSLContext context = SelfSigned.context(folder);
        try (TenantEndpoint secure = new TenantEndpoint(context)) {
            HttpSyncSink.Endpoint endpoint = new HttpSyncSink.Endpoint(URI.create(secure.url()), "Bearer abc");
            HttpClient trusting = HttpClient.newBuilder().sslContext(context).build();

            assertThat(sink(name -> endpoint, trusting).deliver(report("a")).retry())
                    .isEmpty();
            assertThatThrownBy(
                            () -> sink(name -> endpoint, HttpSyncSink.client()).deliver(report("b")))
                    .isInstanceOf(IOException.class);

            assertThat(secure.url()).startsWith("https://");
            assertThat(secure.authorizations()).containsExactly("Bearer abc");
        }
    }

    @Test
    void refusesTheCertificateOfAnotherHost(@TempDir Path folder) throws Exception {
        SSLContext context = SelfSigned.context(folder, "dns:elsewhere.example");
        try (TenantEndpoint secure = new TenantEndpoint(context)) {
            HttpSyncSink.Endpoint endpoint = new HttpSyncSink.Endpoint(URI.create(secure.url()), "Bearer abc");
            HttpClient trusting = HttpClient.newBuilder().sslContext(context).build();

            assertThatThrownBy(() -> sink(name -> endpoint, trusting).deliver(report("a")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("could not be reached");
            assertThat(secure.calls()).isEmpty();
        }
    }

    private interface Lookup {
        HttpSyncSink.Endpoint of(String tenant) throws IOException;
    }

    private static HttpSyncSink sink(Lookup lookup, HttpClient client) {
        return new HttpSyncSink(
                new HttpSyncSink.EndpointSource() {
                    @Override
                    public HttpSyncSink.Endpoint of(String name) throws IOException {
                        return lookup.of(name);
                    }

                    @Override
                    public List<String> tenants() {
                        return List.of();
                    }
                },
                client,
                Duration.ofMinutes(1),
                Duration.ofMinutes(5));
    }

    @Test
    void countsAsToldWhatNobodyWantsToHear() throws Exception {
        DeliveryReport report = new DeliveryReport("silent", report("a").entries());

        assertThat(sink().deliver(report).retry()).isEmpty();
        assertThat(tenant.calls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/",
                "ftp://example.com/",
                "https://",
                "no url",
                "https://user:secret@example.com/",
                "file:///etc/passwd",
                "https://example.com/#x"
            })
    void refusesAnAddressThatIsNoEndpoint(String text) {
        assertThatThrownBy(() -> HttpSyncSink.url("sync_url", text, Set.of()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void allowsPlainHttpToThisMachineAndToHostsThatWereNamed() {
        assertThat(HttpSyncSink.url("sync_url", "http://localhost:5000/proxy_sync", Set.of()))
                .hasPort(5000);
        assertThat(HttpSyncSink.url("sync_url", "http://app/proxy_sync", Set.of("app")))
                .hasHost("app");
    }
}
