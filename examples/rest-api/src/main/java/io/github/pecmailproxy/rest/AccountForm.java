package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An account as JSON: what a caller may say of one, and what is told of it, without its passwords. The library reads the rest. */
final class AccountForm {
    private static final List<String> LIMITS = List.of("limit_per_minute", "limit_per_hour", "limit_per_day");
    private static final Set<String> FIELDS = Set.of(
            "id",
            "tenant_id",
            "host",
            "port",
            "user",
            "password",
            "use_tls",
            "is_pec_account",
            "address",
            "imap_host",
            "imap_port",
            "imap_user",
            "imap_password",
            "imap_folder",
            "imap_use_tls",
            "limit_per_minute",
            "limit_per_hour",
            "limit_per_day",
            "max_connections",
            "acceptance_timeout");

    private final Accounts accounts;
    private final PublicHosts publicHosts;
    private final Set<String> plainTextHosts;

    AccountForm(Accounts accounts, PublicHosts publicHosts, Set<String> plainTextHosts) {
        this.accounts = accounts;
        this.publicHosts = publicHosts;
        this.plainTextHosts = Set.copyOf(plainTextHosts);
    }

    /**
     * Checks what a caller wants stored.
     *
     * @return the account, complete with what follows from who the caller is, for {@link Accounts#save}
     * @throws InvalidValueException naming the field that is wrong, or that this caller may not set
     */
    JsonFields check(Caller caller, JsonFields fields) {
        String named = caller.scope(fields.only(FIELDS).text("tenant_id"));
        String id = FieldCheck.identifier("id", fields.requiredText("id"), AccountKey.LONGEST_ID);
        AccountKey key = new AccountKey(named == null ? MessageKey.DEFAULT_TENANT : named, id);
        JsonFields account = fields.with("tenant_id", key.tenant());
        boolean plainSending = isPlain(caller, fields, "host", "use_tls");
        boolean plainReading = isPlain(caller, fields, "imap_host", "imap_use_tls");
        if (plainSending || plainReading) {
            account = account.with("allow_plain_text", true);
        }
        return caller.isAdministrator() ? account : withLimits(key, account);
    }

    /** Tells whether a server is to be reached without TLS, and refuses one that the caller may not have reached. */
    private boolean isPlain(Caller caller, JsonFields fields, String hostField, String tlsField) {
        String host = fields.text(hostField);
        boolean plain = !fields.flag(tlsField, true);
        if (host == null) {
            return false;
        }
        if (plain && !(caller.isAdministrator() && mayBePlain(host))) {
            throw new InvalidValueException(
                    tlsField,
                    "is false: without TLS only the administrator may have a server reached, on this machine or named in"
                            + " GMP_PLAIN_TEXT_HOSTS");
        }
        if (!caller.isAdministrator()) {
            publicHosts.require(hostField, host);
        }
        return plain;
    }

    private boolean mayBePlain(String host) {
        return plainTextHosts.contains(host) || new MailServer(host, 1, Transport.PLAIN).isLoopback();
    }

    /** The limits of an account are the administrator's: a tenant neither sets nor loses them. */
    private JsonFields withLimits(AccountKey key, JsonFields account) {
        for (String limit : LIMITS) {
            if (account.has(limit)) {
                throw new InvalidValueException(limit, "is for the administrator to set");
            }
        }
        List<Map<String, Object>> kept = accounts.account(key).map(MailAccount::rateLimits).orElse(List.of()).stream()
                .map(AccountForm::write)
                .toList();
        return kept.isEmpty() ? account : account.with("rate_limits", kept);
    }

    private static Map<String, Object> write(RateLimit limit) {
        return Map.of("messages", limit.messages(), "window", limit.window().toSeconds());
    }

    /** Writes an account, without its passwords. */
    static Map<String, Object> write(MailAccount account) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", account.key().id());
        json.put("tenant_id", account.key().tenant());
        json.put("host", account.smtp().host());
        json.put("port", account.smtp().port());
        if (account.smtpCredentials() != null) {
            json.put("user", account.smtpCredentials().user());
        }
        json.put("use_tls", account.smtp().transport() != Transport.PLAIN);
        json.put("address", account.address().address());
        json.put("is_pec_account", account.pec());
        MailServer imap = account.imap();
        if (imap != null) {
            json.put("imap_host", imap.host());
            json.put("imap_port", imap.port());
            if (account.imapCredentials() != null) {
                json.put("imap_user", account.imapCredentials().user());
            }
            json.put("imap_folder", folders(account));
            json.put("imap_use_tls", imap.transport() != Transport.PLAIN);
        }
        for (RateLimit limit : account.rateLimits()) {
            json.put(nameOf(limit), limit.messages());
        }
        json.put("max_connections", account.maxConnections());
        json.put("acceptance_timeout", account.acceptanceTimeout().toSeconds());
        return json;
    }

    private static Object folders(MailAccount account) {
        return account.folders().size() == 1 ? account.folders().get(0) : new ArrayList<>(account.folders());
    }

    /** This API makes limits of these three lengths. */
    private static String nameOf(RateLimit limit) {
        long hours = limit.window().toHours();
        return hours == 0 ? "limit_per_minute" : hours == 1 ? "limit_per_hour" : "limit_per_day";
    }
}
