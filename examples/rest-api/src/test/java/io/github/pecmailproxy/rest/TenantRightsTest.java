package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.rest.RunningApi.Reply;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What a tenant may do within its own, and what is left to the administrator. */
class TenantRightsTest {
    private static final RunningApi API = RunningApi.get();

    /** An account whose server everybody can reach, and which nothing is sent with. */
    private static Map<String, Object> publicAccount(String id) {
        Map<String, Object> account = new LinkedHashMap<>();
        account.put("id", id);
        account.put("host", "8.8.8.8");
        account.put("user", "a@example.com");
        account.put("password", "p");
        return account;
    }

    private static Map<String, String> header(String token) {
        return Map.of("X-API-Token", token);
    }

    @ParameterizedTest
    @CsvSource({
        "host, 127.0.0.1",
        "host, localhost",
        "host, 10.0.0.5",
        "host, 169.254.169.254",
        "imap_host, 192.168.0.1",
        "imap_host, '[::1]'",
        "host, no-such-name.invalid"
    })
    void mayNotHaveTheNetworkHereLookedInto(String field, String host) {
        String token = API.tokenOf("curious");
        Map<String, Object> account = publicAccount("curious");
        account.put(field, host);

        Reply reply = API.post(token, "/account", account);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().get("field").stringValue()).isEqualTo(field);
        assertThat(reply.json().get("reason").stringValue())
                .isEqualTo("is not the name of a public server; another one only the administrator may set up");
        assertThat(API.get("/accounts?tenant_id=curious").json().get("accounts").size())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "use_tls, false, use_tls",
        "imap_use_tls, false, imap_use_tls",
        "allow_plain_text, true, allow_plain_text",
        "tls_trust, x, tls_trust",
        "transport, plain, transport",
        "rate_limits, x, rate_limits",
        "limit_per_day, 1000000, limit_per_day"
    })
    void mayNotSetWhatIsTheAdministrators(String field, String value, String named) {
        String token = API.tokenOf("eager");
        Map<String, Object> account = publicAccount("eager");
        account.put("imap_host", "8.8.4.4");
        account.put(
                field,
                value.matches("true|false")
                        ? Boolean.valueOf(value)
                        : value.matches("\\d+") ? (Object) Long.valueOf(value) : value);

        Reply reply = API.post(token, "/account", account);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().get("field").stringValue()).isEqualTo(named);
    }

    @Test
    void changesItsAccountAndNotTheLimitsThatTheAdministratorSet() {
        String token = API.tokenOf("limited");
        Map<String, Object> byAdministrator = publicAccount("limited");
        byAdministrator.put("tenant_id", "limited");
        byAdministrator.put("limit_per_minute", 3);
        byAdministrator.put("limit_per_day", 100);
        API.post("/account", byAdministrator).ok();
        Map<String, Object> byTenant = publicAccount("limited");
        byTenant.put("host", "8.8.4.4");

        API.post(token, "/account", byTenant).ok();

        JsonNode account = API.get("/accounts?tenant_id=limited").json().at("/accounts/0");
        assertThat(account.get("host").stringValue()).isEqualTo("8.8.4.4");
        assertThat(account.get("limit_per_minute").intValue()).isEqualTo(3);
        assertThat(account.get("limit_per_day").intValue()).isEqualTo(100);
        assertThat(API.send("DELETE", "/account/limited", null, header(token)).status())
                .isEqualTo(403);
        API.post(token, "/account", publicAccount("own")).ok();
        API.send("DELETE", "/account/own", null, header(token)).ok();
        byAdministrator.remove("limit_per_minute");
        byAdministrator.remove("limit_per_day");
        API.post("/account", byAdministrator).ok();
        API.send("DELETE", "/account/limited", null, header(token)).ok();
    }

    @ParameterizedTest
    @CsvSource({"account_id, bound", "batch_code, b-1", ","})
    void letsGoWhatItHeldBackAndNotWhatTheAdministratorDid(String field, String value) {
        String token = API.tokenOf("bound");
        API.account("bound", "bound");
        Map<String, Object> scope = new HashMap<>(Map.of("tenant_id", "bound"));
        if (field != null) {
            scope.put(field, value);
        }
        API.post(token, "/commands/suspend", with(scope, "reason", "my own")).ok();
        assertThat(API.post(token, "/commands/activate", scope)
                        .ok()
                        .json()
                        .get("was_suspended")
                        .booleanValue())
                .isTrue();

        API.post(token, "/commands/suspend", scope).ok();
        API.post("/commands/suspend", with(scope, "reason", "unpaid")).ok();
        API.post(token, "/commands/suspend", with(scope, "reason", "my own")).ok();

        assertThat(API.post(token, "/commands/activate", scope).status()).isEqualTo(403);
        JsonNode suspensions =
                API.send("GET", "/status", null, header(token)).ok().json().get("suspensions");
        assertThat(suspensions.size()).isOne();
        assertThat(suspensions.get(0).get("reason").stringValue()).isEqualTo("unpaid");
        assertThat(suspensions.get(0).get("by_administrator").booleanValue()).isTrue();
        API.post("/commands/activate", scope).ok();
        assertThat(API.post(token, "/commands/suspend", with(scope, "reason", "by the administrator: not at all"))
                        .status())
                .isEqualTo(422);
        assertThat(API.send("GET", "/status", null, header(token))
                        .json()
                        .get("suspensions")
                        .size())
                .isZero();
    }

    private static Map<String, Object> with(Map<String, Object> scope, String name, Object value) {
        Map<String, Object> all = new HashMap<>(scope);
        all.put(name, value);
        return all;
    }

    @Test
    void keepsItsEndpointWhenOnlyItsIdIsSaid() {
        API.post("/tenant", Map.of("id", "told", "sync_url", "https://told.example/", "sync_token", "t"))
                .ok();
        API.post("/tenant", Map.of("id", "told")).ok();
        assertThat(tenant("told").get("sync_url").stringValue()).isEqualTo("https://told.example/");
        assertThat(tenant("told").get("has_sync_authorization").booleanValue()).isTrue();

        assertThat(API.post("/tenant", Map.of("id", "told", "sync_token", "other"))
                        .status())
                .isEqualTo(422);
        API.post("/tenant", "{\"id\": \"told\", \"sync_url\": null}").ok();
        assertThat(tenant("told").has("sync_url")).isFalse();
        assertThat(tenant("told").get("has_sync_authorization").booleanValue()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "sync_url, 2000, sync_url",
        "sync_token, 1001, sync_token",
        "sync_user, 1001, sync_user",
        "sync_password, 1001, sync_password",
        "sync_password, 5, sync_user",
        "id, 65, id"
    })
    void namesTheFieldOfATenantThatIsWrong(String field, int length, String named) {
        Map<String, Object> fields = new HashMap<>(Map.of("id", "checked", "sync_url", "https://checked.example/"));
        fields.merge(field, "x".repeat(length), (before, more) -> field.equals("id") ? more : before + (String) more);
        if (field.equals("sync_user") || length > 1_000 && field.equals("sync_password")) {
            fields.putIfAbsent("sync_user", "u");
            fields.putIfAbsent("sync_password", "p");
        }

        Reply reply = API.post("/tenant", fields);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().get("field").stringValue()).isEqualTo(named);
    }

    @Test
    void refusesAUserWithAColonAndAPortThatIsNone() {
        Map<String, Object> fields = new HashMap<>(Map.of("id", "checked", "sync_url", "https://checked.example/"));
        fields.putAll(Map.of("sync_user", "a:b", "sync_password", "p"));
        assertThat(API.post("/tenant", fields).json().get("field").stringValue())
                .isEqualTo("sync_user");
        assertThat(API.post("/tenant", Map.of("id", "checked", "sync_url", "https://checked.example:65536/"))
                        .json()
                        .get("field")
                        .stringValue())
                .isEqualTo("sync_url");
    }

    @Test
    void findsTheMessagesOfATenantThatWasForgotten() {
        String token = API.tokenOf("forgotten");
        API.account("pec-forgotten", "forgotten");
        API.post("/commands/suspend", Map.of("tenant_id", "forgotten")).ok();
        API.add(RunningApi.message("forgotten-1", "pec-forgotten", "x@pec.it"));

        API.send("DELETE", "/tenant/forgotten", null, header(RunningApi.TOKEN)).ok();

        assertThat(API.send("GET", "/messages", null, header(token)).status()).isEqualTo(401);
        assertThat(API.get("/messages/forgotten-1").status()).isEqualTo(200);
        assertThat(API.post("/commands/delete-messages", Map.of("ids", List.of("forgotten-1")))
                        .json()
                        .get("removed")
                        .intValue())
                .isOne();
        API.tokenOf("empty");
        API.send("DELETE", "/tenant/empty", null, header(RunningApi.TOKEN)).ok();
        assertThat(API.get("/tenants").text()).doesNotContain("\"empty\"");
    }

    private static JsonNode tenant(String id) {
        return API.get("/tenants")
                .json()
                .get("tenants")
                .valueStream()
                .filter(one -> one.get("id").stringValue().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void mayUseSlashesInIds() {
        API.account("pec/slash", "te/nant");
        API.add(RunningApi.message("2026/11 \\é%;?#1", "pec/slash", "x@pec.it"));
        String path = "/messages/2026%2F11%20%5C%C3%A9%25%3B%3F%231";
        Await.until(() -> API.get(path).ok().json().at("/message/finished").booleanValue());

        assertThat(API.get(path + "/events").ok().json().get("events").size()).isGreaterThan(2);
        assertThat(API.get(path + "/evidence").ok().header("Content-Disposition"))
                .contains("2026");
        String token =
                API.post("/tenant/te%2Fnant/token", "").ok().json().get("token").stringValue();
        assertThat(API.send("GET", path, null, header(token)).status()).isEqualTo(200);
        assertThat(API.send("GET", path, null, header(API.tokenOf("passer-by"))).status())
                .isEqualTo(404);
        API.send("DELETE", "/account/pec%2Fslash", null, header(token)).ok();
    }

    @Test
    void withdrawsNothingWhenOneIdIsWrong() {
        API.account("pec-withdrawn", "withdrawn");
        API.post("/commands/suspend", Map.of("tenant_id", "withdrawn")).ok();
        API.add(RunningApi.message("withdrawn-1", "pec-withdrawn", "x@pec.it"));

        Reply wrong = API.post(
                "/commands/delete-messages",
                Map.of("tenant_id", "withdrawn", "ids", List.of("withdrawn-1", "bad\nid")));
        Reply many = API.post(
                "/commands/delete-messages",
                Map.of("tenant_id", "withdrawn", "ids", java.util.Collections.nCopies(10_001, "withdrawn-1")));

        assertThat(wrong.status()).isEqualTo(422);
        assertThat(many.status()).isEqualTo(422);
        assertThat(many.json().get("field").stringValue()).isEqualTo("ids");
        assertThat(API.get("/messages/withdrawn-1").json().at("/message/state").stringValue())
                .isEqualTo("queued");
    }
}
