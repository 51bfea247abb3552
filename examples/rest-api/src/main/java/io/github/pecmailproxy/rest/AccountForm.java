package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** An account as JSON: read with its passwords, written without. */
final class AccountForm {
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
    private static final int STARTTLS_PORT = 587;
    private static final int IMAP_PORT = 143;

    private final Duration acceptanceTimeout;
    private final TlsTrust tlsTrust;
    private final Set<String> plainTextHosts;

    AccountForm(Duration acceptanceTimeout, TlsTrust tlsTrust, Set<String> plainTextHosts) {
        this.acceptanceTimeout = acceptanceTimeout;
        this.tlsTrust = tlsTrust;
        this.plainTextHosts = Set.copyOf(plainTextHosts);
    }

    MailAccount read(String json, String tenant) {
        return read(JsonFields.read(json.getBytes(StandardCharsets.UTF_8)), tenant);
    }

    /**
     * Reads an account.
     *
     * @param fields the request
     * @param tenant whose account it is, null for the one that the request names
     * @throws InvalidValueException naming the field that is wrong
     */
    MailAccount read(JsonFields fields, @Nullable String tenant) {
        fields.only(FIELDS);
        boolean pec = fields.flag("is_pec_account", false);
        String id = fields.requiredText("id");
        MailAccount.Builder account = pec ? MailAccount.pec(id) : MailAccount.ordinary(id);
        String named = fields.text("tenant_id");
        account.tenant(tenant != null ? tenant : named != null ? named : MessageKey.DEFAULT_TENANT);
        boolean tls = fields.flag("use_tls", true);
        int port = port(fields, "port", MailAccount.SMTPS_PORT);
        // use_tls on the submission port is STARTTLS: implicit TLS is not spoken there (RFC 8314, 3.3).
        Transport transport =
                !tls ? Transport.PLAIN : port == STARTTLS_PORT ? Transport.STARTTLS : Transport.IMPLICIT_TLS;
        account.smtp(server("host", fields.requiredText("host"), port, transport));
        String user = fields.text("user");
        String password = fields.text("password");
        if (user != null || password != null || pec) {
            account.credentials(fields.requiredText("user"), fields.requiredText("password"));
        }
        readMailbox(fields, account);
        account.tlsTrust(tlsTrust);
        String address = fields.text("address");
        if (address != null) {
            account.address(address);
        }
        limit(fields, "limit_per_minute", account, RateLimit::perMinute);
        limit(fields, "limit_per_hour", account, RateLimit::perHour);
        limit(fields, "limit_per_day", account, RateLimit::perDay);
        Long connections = fields.number("max_connections");
        if (connections != null) {
            account.maxConnections((int) Math.min(connections, Integer.MAX_VALUE));
        }
        Long seconds = fields.number("acceptance_timeout");
        account.acceptanceTimeout(seconds == null ? acceptanceTimeout : Duration.ofSeconds(seconds));
        if (mayBePlain(fields.text("host")) && mayBePlain(fields.text("imap_host"))) {
            account.allowPlainText();
        }
        return account.build();
    }

    private static void readMailbox(JsonFields fields, MailAccount.Builder account) {
        String host = fields.text("imap_host");
        if (host == null) {
            return;
        }
        boolean tls = fields.flag("imap_use_tls", true);
        int port = port(fields, "imap_port", MailAccount.IMAPS_PORT);
        Transport transport = !tls ? Transport.PLAIN : port == IMAP_PORT ? Transport.STARTTLS : Transport.IMPLICIT_TLS;
        account.imap(server("imap_host", host, port, transport));
        String user = fields.text("imap_user");
        String password = fields.text("imap_password");
        if (user != null || password != null) {
            // The one that is left out is the SMTP one.
            account.imapCredentials(
                    user != null ? user : fields.requiredText("user"),
                    password != null ? password : fields.requiredText("password"));
        }
        String folder = fields.text("imap_folder");
        if (folder != null) {
            account.folders(folder);
        }
    }

    /** Tells whether a host was named by whoever runs this as one to be reached without TLS. One that is not used counts as named. */
    private boolean mayBePlain(@Nullable String host) {
        return host == null || plainTextHosts.contains(host) || new MailServer(host, 1, Transport.PLAIN).isLoopback();
    }

    private static int port(JsonFields fields, String name, int otherwise) {
        Long port = fields.number(name);
        if (port != null && port.intValue() != port) {
            throw new InvalidValueException(name, "is not a port: " + port);
        }
        return port == null ? otherwise : port.intValue();
    }

    private static MailServer server(String name, String host, int port, Transport transport) {
        try {
            return new MailServer(host, port, transport);
        } catch (InvalidValueException invalid) {
            String prefix = name.substring(0, name.length() - "host".length());
            throw new InvalidValueException(prefix + invalid.field(), invalid.problem());
        }
    }

    private static void limit(
            JsonFields fields, String name, MailAccount.Builder account, IntFunction<RateLimit> limit) {
        Long messages = fields.number(name);
        if (messages == null) {
            return;
        }
        if (messages < 1 || messages > Integer.MAX_VALUE) {
            throw new InvalidValueException(name, "is " + messages + ", must be at least 1");
        }
        account.rateLimit(limit.apply(messages.intValue()));
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
            json.put("imap_folder", String.join(",", account.folders()));
            json.put("imap_use_tls", imap.transport() != Transport.PLAIN);
        }
        json.put("max_connections", account.maxConnections());
        json.put("acceptance_timeout", account.acceptanceTimeout().toSeconds());
        return json;
    }
}
