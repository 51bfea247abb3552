package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Mail accounts. A password goes in and never comes out. */
@RestController
class AccountController {
    private final Accounts accounts;
    private final AccountForm form;
    private final Tenants tenants;

    AccountController(Accounts accounts, AccountForm form, Tenants tenants) {
        this.accounts = accounts;
        this.form = form;
        this.tenants = tenants;
    }

    @PostMapping(path = "/account", consumes = MediaType.APPLICATION_JSON_VALUE)
    Map<String, Object> save(@RequestAttribute Caller caller, @RequestBody byte[] body) {
        JsonFields fields = JsonFields.read(body);
        MailAccount account = accounts.save(form.check(caller, fields).toJson());
        tenants.remember(account.key().tenant());
        return Answer.ok("id", account.key().id());
    }

    @GetMapping("/accounts")
    Map<String, Object> list(
            @RequestAttribute Caller caller,
            @RequestParam(name = "tenant_id", required = false) @Nullable String tenant) {
        String scope = caller.scope(tenant);
        return Answer.ok(
                "accounts",
                accounts.list(scope).stream()
                        .sorted(Comparator.comparing(
                                        (MailAccount account) -> account.key().tenant())
                                .thenComparing(account -> account.key().id()))
                        .map(AccountForm::write)
                        .toList());
    }

    @DeleteMapping("/account/{id}")
    Map<String, Object> delete(
            @RequestAttribute Caller caller,
            @PathVariable String id,
            @RequestParam(name = "tenant_id", required = false) @Nullable String tenant) {
        AccountKey key = accounts.find(caller, tenant, id);
        boolean limited = accounts.account(key)
                .filter(account -> !account.rateLimits().isEmpty())
                .isPresent();
        if (limited && !caller.isAdministrator()) {
            throw ApiException.forbidden(
                    "the administrator set limits of the account: only the administrator may delete it");
        }
        accounts.delete(key);
        return Answer.ok();
    }
}
