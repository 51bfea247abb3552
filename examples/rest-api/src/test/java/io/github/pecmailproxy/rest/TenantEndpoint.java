package io.github.pecmailproxy.rest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;

/** A tenant's own server, which remembers what it was told and answers as a test wants. */
final class TenantEndpoint implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<JsonNode> told = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final List<String> tenants = new CopyOnWriteArrayList<>();
    private final boolean secure;
    private volatile HttpHandler answer = exchange -> reply(exchange, 200, "{\"ok\": true, \"queued\": 0}");

    TenantEndpoint() throws IOException {
        this(null);
    }

    /** Starts a server, one that speaks TLS where there is a context for it. */
    TenantEndpoint(SSLContext context) throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        secure = context != null;
        if (secure) {
            HttpsServer https = HttpsServer.create(anyPort, 0);
            https.setHttpsConfigurator(new HttpsConfigurator(context));
            server = https;
        } else {
            server = HttpServer.create(anyPort, 0);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                told.add(RunningApi.JSON.readTree(exchange.getRequestBody().readAllBytes()));
                tenants.add(String.valueOf(exchange.getRequestHeaders().getFirst(HttpSyncSink.TENANT_HEADER)));
                authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                answer.handle(exchange);
            }
        });
        server.start();
    }

    String url() {
        return (secure ? "https://localhost:" : "http://127.0.0.1:")
                + server.getAddress().getPort() + "/proxy_sync";
    }

    void answers(int status, String body) {
        answer = exchange -> reply(exchange, status, body);
    }

    void answers(HttpHandler handler) {
        answer = handler;
    }

    static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** All that was told, in order. */
    List<JsonNode> calls() {
        return List.copyOf(told);
    }

    /** All entries that were told, in order. */
    List<JsonNode> entries() {
        return told.stream()
                .flatMap(call -> call.get("delivery_report").valueStream())
                .toList();
    }

    /** The tenants that the calls named, "null" for none. */
    List<String> tenants() {
        return List.copyOf(tenants);
    }

    List<String> authorizations() {
        return List.copyOf(authorizations);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
