package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.MessageFilter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Tenants: where their reports go, and their tokens. For the administrator; a tenant may look at itself. */
@RestController
class TenantController {
    private static final Set<String> FIELDS = Set.of("id", "sync_url", "sync_token", "sync_user", "sync_password");
    private static final int LONGEST_SECRET = 1_000;

    private final Tenants tenants;
    private final Settings settings;
    private final MailProxy proxy;

    TenantController(Tenants tenants, Settings settings, MailProxy proxy) {
        this.proxy = proxy;
        this.tenants = tenants;
        this.settings = settings;
    }

    @PostMapping(path = "/tenant", consumes = MediaType.APPLICATION_JSON_VALUE)
    Map<String, Object> save(@RequestAttribute Caller caller, @RequestBody byte[] body) {
        caller.requireAdministrator();
        JsonFields fields = JsonFields.read(body).only(FIELDS);
        String id = id(fields.requiredText("id"));
        String text = fields.text("sync_url");
        URI url = text == null ? null : HttpSyncSink.url("sync_url", text, settings.plainTextHosts());
        String authorization = authorization(fields);
        if (url == null && authorization != null) {
            throw new InvalidValueException("sync_url", "is missing: there is a token or a user for it");
        }
        if (url == null && !fields.has("sync_url")) {
            tenants.remember(id); // Nothing is said of its reports: they go on where they went.
        } else {
            tenants.save(id, url, authorization);
        }
        return Answer.ok("id", id);
    }

    private static String id(String text) {
        return FieldCheck.identifier("id", text, MessageKey.LONGEST_TENANT);
    }

    private static @Nullable String authorization(JsonFields fields) {
        String token = fields.text("sync_token");
        String user = fields.text("sync_user");
        if (token != null && user != null) {
            throw new InvalidValueException("sync_user", "is given beside sync_token: use one of them");
        }
        if (user == null && fields.text("sync_password") != null) {
            throw new InvalidValueException("sync_user", "is missing: there is a password for it");
        }
        if (token != null) {
            return HttpSyncSink.bearer("sync_token", limited("sync_token", token));
        }
        if (user == null) {
            return null;
        }
        if (user.indexOf(':') >= 0) {
            throw new InvalidValueException("sync_user", "has a colon, which ends the user (RFC 7617, section 2)");
        }
        String pair = limited("sync_user", user) + ":" + limited("sync_password", fields.requiredText("sync_password"));
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** Encrypted, the longest of these fit their column. */
    private static String limited(String field, String secret) {
        if (secret.length() > LONGEST_SECRET) {
            throw new InvalidValueException(
                    field, "is " + secret.length() + " characters long, the limit is " + LONGEST_SECRET);
        }
        return secret;
    }

    @GetMapping("/tenants")
    Map<String, Object> list(@RequestAttribute Caller caller) {
        String scope = caller.scope(null);
        return Answer.ok(
                "tenants",
                tenants.all().stream()
                        .filter(tenant -> scope == null || tenant.id().equals(scope))
                        .map(TenantController::view)
                        .toList());
    }

    private static Map<String, Object> view(Tenants.Tenant tenant) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", tenant.id());
        if (tenant.syncUrl() != null) {
            json.put("sync_url", tenant.syncUrl().toString());
        }
        json.put("has_sync_authorization", tenant.syncAuthorization() != null);
        json.put("has_token", tenant.hasToken());
        if (tenant.trouble() != null) {
            json.put("trouble", tenant.trouble());
        }
        return json;
    }

    @DeleteMapping("/tenant/{id}")
    Map<String, Object> delete(@RequestAttribute Caller caller, @PathVariable String id) {
        caller.requireAdministrator();
        boolean hasMessages =
                !proxy.queue().list(MessageFilter.ALL.ofTenant(id(id)).limit(1)).isEmpty();
        // Who has messages stays known by name: they are looked for among the tenants that are known.
        if (!(hasMessages ? tenants.clear(id) : tenants.delete(id))) {
            throw ApiException.notFound("tenant " + InvalidValueException.quote(id) + " is unknown");
        }
        return Answer.ok();
    }

    @PostMapping(path = "/tenant/{id}/token")
    Map<String, Object> newToken(@RequestAttribute Caller caller, @PathVariable String id) {
        caller.requireAdministrator();
        return Answer.ok("token", tenants.newToken(id));
    }

    @DeleteMapping("/tenant/{id}/token")
    Map<String, Object> revokeToken(@RequestAttribute Caller caller, @PathVariable String id) {
        caller.requireAdministrator();
        if (!tenants.revokeToken(id)) {
            throw ApiException.notFound("tenant " + InvalidValueException.quote(id) + " has no token");
        }
        return Answer.ok();
    }
}
