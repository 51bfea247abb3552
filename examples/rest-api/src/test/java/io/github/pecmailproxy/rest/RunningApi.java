package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.sandbox.PecSandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program with a token, on a database in memory, and a simulated provider; one for all tests of this module. */
final class RunningApi {
    static final String TOKEN = "administrators-token";
    static final String MAILBOX = "acme@pec.it";

    /** Stands in all requests and must stand in no answer. */
    static final String PASSWORD = "mailbox-secret";

    static final JsonMapper JSON = JsonMapper.shared();

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final PecSandbox sandbox;
    private final ConfigurableApplicationContext context;
    private final String base;

    private RunningApi() throws IOException {
        sandbox = PecSandbox.builder()
                .account(MAILBOX, PASSWORD)
                .account("other@pec.it", "another-secret")
                .start();
        Path folder = Files.createTempDirectory("rest-api");
        context = RestApi.start(Settings.of(environment(
                sandbox,
                folder,
                Map.of(
                        "GMP_API_TOKEN",
                        TOKEN,
                        "GMP_HOST",
                        Settings.LOOPBACK,
                        "GMP_DB_URL",
                        "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1"))));
        base = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
        Runtime.getRuntime().addShutdownHook(new Thread(sandbox::close));
    }

    private static final class Holder {
        static final RunningApi INSTANCE = make();

        private static RunningApi make() {
            try {
                return new RunningApi();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    static RunningApi get() {
        return Holder.INSTANCE;
    }

    /** The environment of a program that speaks with a sandbox. */
    static Map<String, String> environment(PecSandbox sandbox, Path folder, Map<String, String> more)
            throws IOException {
        Path tls = Files.writeString(folder.resolve("tls.pem"), sandbox.tlsCaPem());
        Path receipts = Files.writeString(folder.resolve("receipts.pem"), sandbox.receiptCaPem());
        Map<String, String> environment = new HashMap<>();
        environment.put("GMP_PORT", "0");
        environment.put("GMP_MAIL_AUTHORITIES", tls.toString());
        environment.put("GMP_TRUST_ANCHORS", receipts.toString());
        environment.put("GMP_POLL_INTERVAL", "1");
        environment.put("GMP_REQUESTS_PER_MINUTE", "1000000");
        environment.put("GMP_MAX_ATTACHMENT_BYTES", "100000");
        environment.put("GMP_MAX_BODY_BYTES", "3000000");
        environment.put("MAIL_PROXY_ENCRYPTION_KEY", Base64.getEncoder().encodeToString(new byte[32]));
        environment.putAll(more);
        return environment;
    }

    PecSandbox sandbox() {
        return sandbox;
    }

    String base() {
        return base;
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    /** An answer. */
    record Reply(int status, byte[] bytes, java.net.http.HttpHeaders headers) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        JsonNode json() {
            return JSON.readTree(bytes);
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        Reply ok() {
            assertThat(status).as(text()).isEqualTo(200);
            return this;
        }
    }

    Reply get(String path) {
        return send("GET", path, null, Map.of("X-API-Token", TOKEN));
    }

    Reply post(String path, Object body) {
        return post(TOKEN, path, body);
    }

    Reply post(String token, String path, Object body) {
        String json = body instanceof String text ? text : JSON.writeValueAsString(body);
        return send("POST", path, json, Map.of("X-API-Token", token, "Content-Type", "application/json"));
    }

    Reply send(String method, String path, String body, Map<String, String> headers) {
        return exchange(base, method, path, body, headers);
    }

    static Reply exchange(String base, String method, String path, String body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            HttpResponse<byte[]> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Reply(response.statusCode(), response.body(), response.headers());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    /** Adds an account of the sandbox for a tenant. */
    void account(String id, String tenant) {
        post("/account", accountFields(id, tenant)).ok();
    }

    Map<String, Object> accountFields(String id, String tenant) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        fields.put("tenant_id", tenant);
        fields.put("host", sandbox.host());
        fields.put("port", sandbox.smtpsPort());
        fields.put("user", MAILBOX);
        fields.put("password", PASSWORD);
        fields.put("is_pec_account", true);
        fields.put("imap_host", sandbox.host());
        fields.put("imap_port", sandbox.imapsPort());
        return fields;
    }

    static Map<String, Object> message(String id, String account, String... to) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        fields.put("account_id", account);
        fields.put("from", MAILBOX);
        fields.put("to", List.of(to));
        fields.put("subject", "Subject of " + id);
        fields.put("body", "Text of " + id);
        return fields;
    }

    Reply add(Object... messages) {
        return post("/commands/add-messages", Map.of("messages", List.of(messages)))
                .ok();
    }

    /** Makes a token for a tenant. */
    String tokenOf(String tenant) {
        post("/tenant", Map.of("id", tenant)).ok();
        return post("/tenant/" + tenant + "/token", "").ok().json().get("token").stringValue();
    }
}
