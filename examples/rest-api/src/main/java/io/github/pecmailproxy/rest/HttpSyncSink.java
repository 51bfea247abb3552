package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.report.ReportAnswer;
import io.github.pecmailproxy.report.ReportEntry;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reports to the tenants' own endpoints by the sync protocol: {@code POST {"delivery_report": […]}}, answered with {@link SyncReply}. A
 * tenant that has nothing to hear is called now and then all the same, so that it can ask for more. When a tenant is called is the engine's
 * business. Thread-safe.
 */
final class HttpSyncSink implements DeliveryReportSink {
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** For the whole exchange, the last byte of the reply included. */
    static final Duration REPLY_TIMEOUT = Duration.ofSeconds(60);

    static final int LARGEST_REPLY = 1 << 20;

    /** What the column for it holds. */
    static final int LONGEST_URL = 2_000;

    /** Whose report it is, for an endpoint that tenants share: ids are a tenant's own. Percent-encoded. */
    static final String TENANT_HEADER = "X-Tenant-ID";

    private final EndpointSource endpoints;
    private final HttpClient client;
    private final Duration replyTimeout;
    private final Duration heartbeat;

    /**
     * Where a tenant's reports go.
     *
     * @param url the endpoint
     * @param authorization what stands in the Authorization header, null for none; a secret
     */
    record Endpoint(URI url, @Nullable String authorization) {
        @Override
        public String toString() {
            return "Endpoint[" + url.getHost() + "]";
        }
    }

    /** Knows the endpoints. */
    interface EndpointSource {
        /**
         * Finds a tenant's endpoint.
         *
         * @return null when nobody is to be told, and its reports count as taken up
         * @throws IOException if it is not known where they go: they wait
         */
        @Nullable
        Endpoint of(String tenant) throws IOException;

        /** Lists tenants so that each endpoint belongs to one of them: one that several share is called once. */
        List<String> tenants();
    }

    HttpSyncSink(EndpointSource endpoints, HttpClient client, Duration replyTimeout, Duration heartbeat) {
        this.endpoints = endpoints;
        this.client = client;
        this.replyTimeout = replyTimeout;
        this.heartbeat = heartbeat;
    }

    /** Makes a client that follows no redirect: a report and its token go to the address that was configured and nowhere else. */
    static HttpClient client() {
        return HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    @Override
    public ReportAnswer deliver(DeliveryReport report) throws IOException, InterruptedException {
        Endpoint endpoint = endpoints.of(report.tenant());
        if (endpoint == null) {
            return ReportAnswer.accepted();
        }
        SyncReply reply = call(endpoint, report);
        ReportAnswer answer = ReportAnswer.acceptedExcept(about(report, reply.refused()))
                .dropping(about(report, reply.unknown()))
                .queued(reply.queued());
        Instant notBefore = reply.notBefore();
        return notBefore == null ? answer : answer.nextSyncAfter(notBefore);
    }

    private static Set<Long> about(DeliveryReport report, Set<String> ids) {
        return report.entries().stream()
                .filter(entry -> ids.contains(entry.message().id()))
                .map(ReportEntry::sequence)
                .collect(Collectors.toSet());
    }

    @Override
    public List<String> heartbeatTenants() {
        return endpoints.tenants();
    }

    @Override
    public Duration heartbeatInterval() {
        return heartbeat;
    }

    private SyncReply call(Endpoint endpoint, DeliveryReport report) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.url())
                .timeout(replyTimeout)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .header(TENANT_HEADER, URLEncoder.encode(report.tenant(), StandardCharsets.UTF_8))
                .POST(HttpRequest.BodyPublishers.ofString(report.toJson()));
        if (endpoint.authorization() != null) {
            request.header("Authorization", endpoint.authorization());
        }
        HttpResponse<byte[]> response = exchange(request.build());
        return SyncReply.read(response.statusCode(), response.body());
    }

    /** The client's own time limit ends with the header of the reply; this one also with a body that only drips. */
    private HttpResponse<byte[]> exchange(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> response =
                client.sendAsync(request, header -> new BoundedBody(LARGEST_REPLY));
        try {
            return response.get(replyTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new IOException("the endpoint did not answer within " + replyTimeout.toSeconds() + " s");
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause();
            throw new IOException(
                    "the endpoint could not be reached: " + (cause == null ? failure : cause).getMessage());
        } finally {
            response.cancel(true);
        }
    }

    static String bearer(String field, String token) {
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new InvalidValueException(field, "has a character that cannot stand in a header");
        }
        return "Bearer " + token;
    }

    /** Checks the address of an endpoint: HTTPS, or HTTP to this machine or a host named for it. */
    static URI url(String field, String text, Set<String> plainTextHosts) {
        if (text.length() > LONGEST_URL) {
            throw new InvalidValueException(
                    field, "is " + text.length() + " characters long, the limit is " + LONGEST_URL);
        }
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException malformed) {
            throw new InvalidValueException(field, "is not a URL");
        }
        String host = url.getHost();
        if (host == null
                || url.getUserInfo() != null
                || url.getFragment() != null
                || url.getPort() > Settings.GREATEST_PORT) {
            throw new InvalidValueException(field, "is not the URL of an endpoint, without user and fragment");
        }
        boolean mayBePlain = plainTextHosts.contains(host) || new MailServer(host, 1, Transport.PLAIN).isLoopback();
        if (!"https".equals(url.getScheme()) && !("http".equals(url.getScheme()) && mayBePlain)) {
            throw new InvalidValueException(
                    field, "must be https; http is allowed to this machine and to the hosts in GMP_PLAIN_TEXT_HOSTS");
        }
        return url;
    }
}
