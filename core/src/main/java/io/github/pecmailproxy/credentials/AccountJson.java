package io.github.pecmailproxy.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.HandledMail;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.account.RateLimitAction;
import io.github.pecmailproxy.account.ReceiptTrust;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.account.UncertainDelivery;
import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An account as JSON, under the names of the wire: {@code id, tenant_id, host, port, user, password, use_tls, is_pec_account,
 * imap_host, imap_port, imap_user, imap_password, imap_folder, imap_use_tls, limit_per_minute,
 * limit_per_hour, limit_per_day}, and further ones for what else an account has. Thread-safe.
 *
 * @since 0.1.0
 */
public final class AccountJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int SUBMISSION_PORT = 587;
    private static final int IMAP_PORT = 143;
    private static final Set<String> FIELDS = Set.of(
            "id",
            "tenant_id",
            "host",
            "port",
            "user",
            "password",
            "use_tls",
            "transport",
            "is_pec_account",
            "address",
            "imap_host",
            "imap_port",
            "imap_user",
            "imap_password",
            "imap_folder",
            "imap_use_tls",
            "imap_transport",
            "allow_plain_text",
            "tls_trust",
            "max_connections",
            "messages_per_connection",
            "rate_limits",
            "rate_limit_action",
            "limit_per_minute",
            "limit_per_hour",
            "limit_per_day",
            "max_total_size",
            "acceptance_timeout",
            "delivery_timeout",
            "receipt_trust",
            "uncertain_delivery",
            "read_from",
            "handled_mail",
            "return_path");

    private AccountJson() {}

    /**
     * Reads an account.
     *
     * @param json the JSON text of an object; {@code imap_folder} is one name or a list, times are whole seconds
     * @return the account, never null
     * @throws InvalidValueException naming the field that is unknown, missing or wrong; it quotes no password
     */
    public static MailAccount read(String json) {
        return read(json, builder -> {});
    }

    /** Reads an account; what the text says prevails over the defaults. */
    static MailAccount read(String json, Consumer<MailAccount.Builder> defaults) {
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (JsonProcessingException malformed) {
            // Without the cause: its text quotes the document.
            throw new InvalidValueException("account", "is not JSON");
        }
        if (root == null || !root.isObject()) {
            throw new InvalidValueException("account", "is not a JSON object");
        }
        for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                throw new InvalidValueException(InvalidValueException.quote(name), "is unknown");
            }
        }
        return account(root, defaults);
    }

    /**
     * Writes an account without its passwords.
     *
     * @param account the account
     * @return the JSON text of an object, never null
     */
    public static String write(MailAccount account) {
        return fields(account).toString();
    }

    /** Writes an account with its passwords, to be encrypted. */
    static String writeWithSecrets(MailAccount account) {
        ObjectNode json = fields(account);
        putPassword(json, "password", account.smtpCredentials());
        putPassword(json, "imap_password", account.imapCredentials());
        return json.toString();
    }

    private static MailAccount account(JsonNode root, Consumer<MailAccount.Builder> defaults) {
        String id = required(root, "id");
        MailAccount.Builder account =
                flag(root, "is_pec_account", false) ? MailAccount.pec(id) : MailAccount.ordinary(id);
        defaults.accept(account);
        String tenant = text(root, "tenant_id");
        if (tenant != null) {
            account.tenant(tenant);
        }
        if (flag(root, "allow_plain_text", false)) {
            account.allowPlainText();
        }
        account.smtp(server(root, "", MailAccount.SMTPS_PORT, SUBMISSION_PORT, flag(root, "use_tls", true)));
        if (has(root, "user") || has(root, "password")) {
            account.credentials(required(root, "user"), required(root, "password"));
        }
        if (has(root, "imap_host")) {
            account.imap(server(root, "imap_", MailAccount.IMAPS_PORT, IMAP_PORT, flag(root, "imap_use_tls", true)));
            if (has(root, "imap_user") || has(root, "imap_password")) {
                // The one that is left out is the SMTP one.
                account.imapCredentials(
                        required(root, has(root, "imap_user") ? "imap_user" : "user"),
                        required(root, has(root, "imap_password") ? "imap_password" : "password"));
            }
        }
        readRest(root, account);
        return account.build();
    }

    private static void readRest(JsonNode root, MailAccount.Builder account) {
        JsonNode folder = root.path("imap_folder");
        if (folder.isArray()) {
            String[] names = new String[folder.size()];
            Arrays.setAll(names, index -> folder.path(index).asText());
            account.folders(names);
        } else if (has(root, "imap_folder")) {
            account.folders(required(root, "imap_folder"));
        }
        String address = text(root, "address");
        if (address != null) {
            account.address(address);
        }
        String trust = text(root, "tls_trust");
        if (trust != null) {
            account.tlsTrust(TlsTrust.pem(trust));
        }
        if (has(root, "max_connections")) {
            account.maxConnections(integer(root, "max_connections"));
        }
        if (has(root, "messages_per_connection")) {
            account.messagesPerConnection(integer(root, "messages_per_connection"));
        }
        if (has(root, "max_total_size")) {
            account.maxTotalSize(number(root, "max_total_size"));
        }
        if (has(root, "acceptance_timeout")) {
            account.acceptanceTimeout(time(root, "acceptance_timeout"));
        }
        if (has(root, "delivery_timeout")) {
            account.deliveryTimeout(time(root, "delivery_timeout"));
        }
        if (has(root, "receipt_trust")) {
            account.receiptTrust(oneOf(root, "receipt_trust", ReceiptTrust.class));
        }
        if (has(root, "uncertain_delivery")) {
            account.uncertainDelivery(oneOf(root, "uncertain_delivery", UncertainDelivery.class));
        }
        if (has(root, "read_from")) {
            try {
                account.readFrom(Instant.parse(required(root, "read_from")));
            } catch (DateTimeException malformed) {
                throw new InvalidValueException("read_from", "is not a time like 2026-01-31T12:00:00Z");
            }
        }
        if (has(root, "handled_mail")) {
            account.handledMail(handledMail(root.path("handled_mail")));
        }
        if (has(root, "return_path")) {
            account.returnPath(required(root, "return_path"));
        }
        if (has(root, "rate_limits") && !root.path("rate_limits").isArray()) {
            throw new InvalidValueException("rate_limits", "is not a list");
        }
        for (JsonNode limit : root.path("rate_limits")) {
            account.rateLimit(new RateLimit(integer(limit, "messages"), time(limit, "window")));
        }
        readLimit(root, "limit_per_minute", Duration.ofMinutes(1), account);
        readLimit(root, "limit_per_hour", Duration.ofHours(1), account);
        readLimit(root, "limit_per_day", Duration.ofDays(1), account);
        if (has(root, "rate_limit_action")) {
            account.rateLimitAction(oneOf(root, "rate_limit_action", RateLimitAction.class));
        }
    }

    private static void readLimit(JsonNode root, String name, Duration window, MailAccount.Builder account) {
        if (has(root, name)) {
            account.rateLimit(
                    new RateLimit(FieldCheck.between(name, integer(root, name), 1, Integer.MAX_VALUE), window));
        }
    }

    private static HandledMail handledMail(JsonNode value) {
        if (value.isTextual() && value.asText().equals("untouched")) {
            return new HandledMail.Untouched();
        }
        if (value.isTextual() && value.asText().equals("seen")) {
            return new HandledMail.Seen();
        }
        if (value.size() == 1 && value.path("keyword").isTextual()) {
            return new HandledMail.Keyword(value.path("keyword").asText());
        }
        if (value.size() == 1 && value.path("moved_to").isTextual()) {
            return new HandledMail.MovedTo(value.path("moved_to").asText());
        }
        throw new InvalidValueException(
                "handled_mail", "is not \"untouched\", \"seen\", {\"keyword\": …} or {\"moved_to\": …}");
    }

    private static void putHandledMail(ObjectNode json, HandledMail handled) {
        if (handled instanceof HandledMail.Seen) {
            json.put("handled_mail", "seen");
        } else if (handled instanceof HandledMail.Keyword keyword) {
            json.putObject("handled_mail").put("keyword", keyword.keyword());
        } else if (handled instanceof HandledMail.MovedTo target) {
            json.putObject("handled_mail").put("moved_to", target.folder());
        }
    }

    private static ObjectNode fields(MailAccount account) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("id", account.key().id());
        json.put("tenant_id", account.key().tenant());
        json.put("host", account.smtp().host());
        json.put("port", account.smtp().port());
        Credentials sending = account.smtpCredentials();
        if (sending != null) {
            json.put("user", sending.user());
        }
        json.put("use_tls", account.smtp().transport() != Transport.PLAIN);
        json.put("transport", wire(account.smtp().transport()));
        json.put("is_pec_account", account.pec());
        json.put("address", account.address().address());
        MailServer imap = account.imap();
        if (imap != null) {
            json.put("imap_host", imap.host());
            json.put("imap_port", imap.port());
            Credentials reading = account.imapCredentials();
            if (reading != null) {
                json.put("imap_user", reading.user());
            }
            json.put("imap_use_tls", imap.transport() != Transport.PLAIN);
            json.put("imap_transport", wire(imap.transport()));
        }
        if (account.folders().size() == 1) {
            json.put("imap_folder", account.folders().get(0));
        } else {
            ArrayNode folders = json.putArray("imap_folder");
            account.folders().forEach(folders::add);
        }
        if (isPlain(account.smtp()) || (imap != null && isPlain(imap))) {
            json.put("allow_plain_text", true);
        }
        if (!account.tlsTrust().isSystem()) {
            json.put("tls_trust", pem(account.tlsTrust().authorities()));
        }
        json.put("max_connections", account.maxConnections());
        json.put("messages_per_connection", account.messagesPerConnection());
        ArrayNode limits = json.putArray("rate_limits");
        for (RateLimit limit : account.rateLimits()) {
            ObjectNode written = limits.addObject().put("messages", limit.messages());
            putTime(written, "window", limit.window());
        }
        json.put("rate_limit_action", wire(account.rateLimitAction()));
        json.put("max_total_size", account.maxTotalSize());
        putTime(json, "acceptance_timeout", account.acceptanceTimeout());
        putTime(json, "delivery_timeout", account.deliveryTimeout());
        json.put("receipt_trust", wire(account.receiptTrust()));
        json.put("uncertain_delivery", wire(account.uncertainDelivery()));
        Instant readFrom = account.readFrom();
        if (readFrom != null) {
            json.put("read_from", readFrom.toString());
        }
        putHandledMail(json, account.handledMail());
        if (account.returnPath() != null) {
            json.put("return_path", account.returnPath());
        }
        return json;
    }

    private static MailServer server(JsonNode root, String prefix, int usualPort, int startTlsPort, boolean tls) {
        int port = has(root, prefix + "port") ? integer(root, prefix + "port") : usualPort;
        // use_tls on the submission port is STARTTLS: implicit TLS is not spoken there (RFC 8314, 3.3).
        Transport transport =
                !tls ? Transport.PLAIN : port == startTlsPort ? Transport.STARTTLS : Transport.IMPLICIT_TLS;
        if (has(root, prefix + "transport")) {
            transport = oneOf(root, prefix + "transport", Transport.class);
        }
        String host = required(root, prefix + "host");
        try {
            return new MailServer(host, port, transport);
        } catch (InvalidValueException invalid) {
            throw new InvalidValueException(prefix + invalid.field(), invalid.problem());
        }
    }

    private static boolean isPlain(MailServer server) {
        return server.transport() == Transport.PLAIN && !server.isLoopback();
    }

    private static void putPassword(ObjectNode json, String name, @Nullable Credentials credentials) {
        if (credentials instanceof Credentials.Password password) {
            json.put(name, password.password().reveal());
        } else if (credentials != null) {
            throw new InvalidValueException(
                    name,
                    "is a supplier of access tokens, which cannot be stored: give the account by an AccountSource");
        }
    }

    private static void putTime(ObjectNode json, String name, Duration time) {
        if (time.equals(Duration.ofSeconds(time.toSeconds()))) {
            json.put(name, time.toSeconds());
        } else {
            json.put(name, time.toString());
        }
    }

    private static Duration time(JsonNode root, String name) {
        JsonNode value = root.path(name);
        if (value.isTextual()) {
            try {
                return Duration.parse(value.asText());
            } catch (DateTimeException malformed) {
                throw new InvalidValueException(name, "is not a number of seconds");
            }
        }
        return Duration.ofSeconds(number(root, name));
    }

    private static String pem(List<X509Certificate> certificates) {
        StringBuilder pem = new StringBuilder();
        try {
            for (X509Certificate certificate : certificates) {
                pem.append("-----BEGIN CERTIFICATE-----\n")
                        .append(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
        } catch (CertificateEncodingException malformed) {
            throw new InvalidValueException("tls_trust", "has a certificate that cannot be written");
        }
        return pem.toString();
    }

    private static String wire(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static <T extends Enum<T>> T oneOf(JsonNode root, String name, Class<T> type) {
        String value = required(root, name);
        for (T constant : type.getEnumConstants()) {
            if (wire(constant).equals(value)) {
                return constant;
            }
        }
        List<String> allowed =
                Arrays.stream(type.getEnumConstants()).map(AccountJson::wire).toList();
        throw new InvalidValueException(
                name, "is " + InvalidValueException.quote(value) + ", allowed are " + String.join(", ", allowed));
    }

    private static boolean has(JsonNode root, String name) {
        return root.hasNonNull(name);
    }

    private static String required(JsonNode root, String name) {
        String value = text(root, name);
        if (value == null) {
            throw new InvalidValueException(name, "is missing");
        }
        return value;
    }

    private static @Nullable String text(JsonNode root, String name) {
        if (!has(root, name)) {
            return null;
        }
        if (!root.path(name).isTextual()) {
            throw new InvalidValueException(name, "is not a text");
        }
        return root.path(name).asText();
    }

    private static boolean flag(JsonNode root, String name, boolean otherwise) {
        if (!has(root, name)) {
            return otherwise;
        }
        if (!root.path(name).isBoolean()) {
            throw new InvalidValueException(name, "is neither true nor false");
        }
        return root.path(name).booleanValue();
    }

    private static long number(JsonNode root, String name) {
        if (!root.path(name).isIntegralNumber() || !root.path(name).canConvertToLong()) {
            throw new InvalidValueException(name, "is not a whole number");
        }
        return root.path(name).longValue();
    }

    private static int integer(JsonNode root, String name) {
        long value = number(root, name);
        if (value != (int) value) {
            throw new InvalidValueException(name, "is " + value + ", which is too large");
        }
        return (int) value;
    }
}
