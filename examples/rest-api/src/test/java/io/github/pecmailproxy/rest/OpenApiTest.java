package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** The document against the program: what is served is described, what is described is served, and nothing of it crosses tenants. */
class OpenApiTest {
    private static final RunningApi API = RunningApi.get();

    private static JsonNode document() {
        return API.send("GET", "/openapi.json", null, Map.of()).ok().json();
    }

    /** "METHOD path" of everything in the document. */
    private static List<String> described() {
        List<String> operations = new ArrayList<>();
        document()
                .get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .propertyNames()
                        .forEach(method ->
                                operations.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey())));
        return operations;
    }

    @Test
    void describesEveryRouteAndNoOther() {
        TreeSet<String> served = new TreeSet<>(List.of("GET /health", "GET /metrics"));
        API.bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .forEach((mapping, method) -> {
                    if (method.getBeanType().getPackageName().startsWith("io.github.pecmailproxy")) {
                        mapping.getPatternValues()
                                .forEach(path -> mapping.getMethodsCondition()
                                        .getMethods()
                                        .forEach(verb -> served.add(verb + " " + path)));
                    }
                });

        assertThat(new TreeSet<>(described())).isEqualTo(served);
        assertThat(served).hasSizeGreaterThan(20);
    }

    @Test
    void refersOnlyToWhatIsThere() {
        JsonNode document = document();
        assertThat(document.findValues("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                document.at(reference.stringValue().substring(1))
                                        .isMissingNode())
                        .as(reference.stringValue())
                        .isFalse());
    }

    @Test
    void describesEveryFieldThatAMessageHas() {
        API.account("pec-described", "described");
        API.add(RunningApi.message("described-1", "pec-described", "x@pec.it"));
        Await.until(() ->
                API.get("/messages/described-1").json().at("/message/finished").booleanValue());
        JsonNode schemas = document().get("components").get("schemas");

        JsonNode message = API.get("/messages/described-1").json().get("message");
        assertThat(schemas.get("Message").get("properties").propertyNames()).containsAll(message.propertyNames());
        assertThat(schemas.get("Recipient").get("properties").propertyNames())
                .containsAll(message.get("recipients").get(0).propertyNames());
        JsonNode receipt =
                API.get("/messages/described-1/receipts").json().get("receipts").get(0);
        assertThat(schemas.get("Receipt").get("properties").propertyNames()).containsAll(receipt.propertyNames());
        JsonNode account =
                API.get("/accounts?tenant_id=described").json().get("accounts").get(0);
        assertThat(schemas.get("Account").get("properties").propertyNames()).containsAll(account.propertyNames());
    }

    /** Tries every operation of the document with another tenant's token, on this tenant's things, by each way to name them. */
    @Test
    void showsATenantNothingOfAnother() {
        API.account("pec-victim", "victim");
        API.account("pec-stranger", "stranger");
        API.add(RunningApi.message("victim-1", "pec-victim", "x@pec.it"));
        Await.until(() ->
                API.get("/messages/victim-1").json().at("/message/finished").booleanValue());
        long receipt = API.get("/messages/victim-1/receipts")
                .json()
                .at("/receipts/0/id")
                .longValue();
        API.post("/commands/suspend", Map.of("tenant_id", "victim", "reason", "victims-reason"))
                .ok();
        String before = API.get("/messages/victim-1").text()
                + API.get("/accounts?tenant_id=victim").text()
                + API.get("/messages/victim-1/events").text();
        String token = API.tokenOf("stranger");
        API.tokenOf("victim");

        List<String> tried = new ArrayList<>();
        for (String operation : described()) {
            String method = operation.substring(0, operation.indexOf(' '));
            String template = operation.substring(operation.indexOf(' ') + 1);
            for (String id : template.startsWith("/account/")
                    ? List.of("pec-victim")
                    : template.startsWith("/tenant") ? List.of("victim") : List.of("victim-1")) {
                String path = template.replace("{id}", id).replace("{receipt}", String.valueOf(receipt));
                for (String query : List.of("", "?tenant_id=victim")) {
                    for (String body : bodies(method)) {
                        Map<String, String> headers = body == null
                                ? Map.of("X-API-Token", token)
                                : Map.of("X-API-Token", token, "Content-Type", "application/json");
                        var reply = API.send(method, path + query, body, headers);
                        assertThat(reply.text())
                                .as(operation + query + " " + body)
                                .doesNotContain("Subject of victim", "victims-reason", "x@pec.it");
                        if (template.contains("{id}")) {
                            assertThat(reply.status()).as(operation + query).isIn(403, 404);
                        }
                        assertThat(reply.status())
                                .as(operation + query + " " + body + reply.text())
                                .isNotEqualTo(500);
                        tried.add(operation);
                    }
                }
            }
        }
        assertThat(tried).containsAll(described());
        assertThat(API.get("/status").json().get("suspensions").valueStream())
                .as("what holds the victim back is still there")
                .anyMatch(one -> one.get("tenant_id").stringValue().equals("victim"));
        assertThat(API.get("/messages/victim-1").text()
                        + API.get("/accounts?tenant_id=victim").text()
                        + API.get("/messages/victim-1/events").text())
                .as("and nothing was changed")
                .isEqualTo(before);
        assertThat(API.get("/messages?tenant_id=victim").json().get("messages").size())
                .isOne();
        assertThat(API.get("/tenants").json().get("tenants").valueStream()).anySatisfy(tenant -> {
            assertThat(tenant.get("id").stringValue()).isEqualTo("victim");
            assertThat(tenant.get("has_token").booleanValue()).isTrue();
        });
    }

    private static List<String> bodies(String method) {
        if (!method.equals("POST")) {
            return Stream.of((String) null).toList();
        }
        return List.of(
                "{\"id\": \"victim-1\"}",
                "{\"id\": \"victim-1\", \"tenant_id\": \"victim\"}",
                "{\"id\": \"victim-1\", \"tenant_id\": \"victim\", \"reason\": \"x\"}",
                "{\"ids\": [\"victim-1\"]}",
                "{\"ids\": [\"victim-1\"], \"tenant_id\": \"victim\"}",
                "{\"tenant_id\": \"victim\"}",
                "{\"account_id\": \"pec-victim\"}",
                "{\"tenant_id\": \"victim\", \"account_id\": \"pec-victim\"}",
                "{\"tenant_id\": \"victim\", \"batch_code\": \"b\"}",
                "{\"id\": \"victim\", \"sync_url\": \"https://stranger.example/\"}",
                "{\"evidence_older_than_seconds\": 0, \"older_than_seconds\": 0}",
                "{\"id\": \"pec-victim\", \"tenant_id\": \"victim\", \"host\": \"stranger.example\", \"user\": \"a@b.it\", \"password\": \"x\"}",
                "{\"messages\": [{\"id\": \"new\", \"account_id\": \"pec-victim\", \"from\": \"acme@pec.it\", \"to\": \"x@y.it\"}]}",
                "{\"messages\": [{\"id\": \"new\", \"tenant_id\": \"victim\", \"account_id\": \"pec-victim\", \"from\": \"acme@pec.it\", \"to\": \"x@y.it\"}]}");
    }

    @Test
    void worksForATenantWithinItsOwn() {
        String token = API.tokenOf("insider");
        Map<String, Object> account = API.accountFields("pec-insider", "insider");
        API.post("/account", account).ok(); // A server on this machine only the administrator may name.
        API.post(
                        token,
                        "/commands/add-messages",
                        Map.of("messages", List.of(RunningApi.message("insider-1", "pec-insider", "x@pec.it"))))
                .ok();
        Map<String, String> header = Map.of("X-API-Token", token);

        Await.until(() -> API.send("GET", "/messages/insider-1", null, header)
                .ok()
                .json()
                .at("/message/finished")
                .booleanValue());

        assertThat(API.send("GET", "/messages", null, header)
                        .json()
                        .get("messages")
                        .size())
                .isOne();
        assertThat(API.send("GET", "/messages/insider-1/evidence", null, header).status())
                .isEqualTo(200);
        assertThat(API.send("GET", "/accounts", null, header)
                        .json()
                        .at("/accounts/0/tenant_id")
                        .stringValue())
                .isEqualTo("insider");
        assertThat(API.send("GET", "/status", null, header).text()).doesNotContain("messages\":{");
        String next = API.post("/tenant/insider/token", "").json().get("token").stringValue();
        assertThat(API.send("GET", "/messages", null, header).status())
                .as("the old token")
                .isEqualTo(401);
        API.send("DELETE", "/tenant/insider/token", null, Map.of("X-API-Token", RunningApi.TOKEN))
                .ok();
        assertThat(API.send("GET", "/messages", null, Map.of("X-API-Token", next))
                        .status())
                .isEqualTo(401);
    }
}
