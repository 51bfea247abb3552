package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxyBuilder;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.credentials.EncryptionKeys;
import io.github.pecmailproxy.imap.ImapReceiptPoller;
import io.github.pecmailproxy.message.InvalidValueException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the environment says. Every value is checked at once; a variable that begins with {@code GMP_} and is not known is refused, since
 * a misspelt one would be ignored in silence.
 *
 * @param port where to listen, 0 for any free port
 * @param host the address to listen on
 * @param apiToken the administrator's token, null for none
 * @param databaseUrl the JDBC URL
 * @param databaseUser the database user, null for none
 * @param databasePassword its password, null for none
 * @param encryptionKeys the keys under which passwords are kept
 * @param acceptanceTimeout when an acceptance is overdue
 * @param pollInterval how often a mailbox is read whose server does not tell of new mail
 * @param leaseDuration for how long after a crash the messages that were on the wire are left alone; then they are in doubt
 * @param trustAnchors a PEM file with further authorities of receipts, null for none
 * @param mailAuthorities a PEM file with the authorities of the mail servers' certificates, null for those of the JVM
 * @param plainTextHosts mail servers that may be reached without TLS
 * @param clientSyncUrl where reports go of tenants that have no URL of their own, null for nowhere
 * @param clientSyncToken the bearer token for it, null for none
 * @param heartbeat after how long without a report a tenant's endpoint is called all the same
 * @param largestBody the greatest body of a request, in bytes
 * @param largestAttachment the greatest attachment, in bytes
 * @param requestsPerMinute how many requests one token, or one address without a valid token, may make
 */
record Settings(
        int port,
        String host,
        @Nullable String apiToken,
        String databaseUrl,
        @Nullable String databaseUser,
        @Nullable String databasePassword,
        EncryptionKeys encryptionKeys,
        Duration acceptanceTimeout,
        Duration pollInterval,
        Duration leaseDuration,
        @Nullable Path trustAnchors,
        @Nullable Path mailAuthorities,
        Set<String> plainTextHosts,
        @Nullable URI clientSyncUrl,
        @Nullable String clientSyncToken,
        Duration heartbeat,
        long largestBody,
        long largestAttachment,
        int requestsPerMinute) {
    static final int DEFAULT_PORT = 8000;
    static final int GREATEST_PORT = 65_535;
    static final String LOOPBACK = "127.0.0.1";
    static final String EVERYWHERE = "0.0.0.0";

    /** WRITE_DELAY: what a Spring transaction commits is to be as durable as what the store itself does. */
    static final String DEFAULT_DATABASE = "jdbc:h2:file:./data/pec-mail-proxy;WRITE_DELAY=0";

    static final Duration DEFAULT_HEARTBEAT = Duration.ofMinutes(5);
    static final long DEFAULT_LARGEST_BODY = 64L << 20;
    static final long DEFAULT_LARGEST_ATTACHMENT = 30L << 20;
    static final int DEFAULT_REQUESTS_PER_MINUTE = 1_200;

    private static final int SHORTEST_TOKEN = 8;

    /** Reads the settings from environment variables. */
    static Settings of(Map<String, String> environment) {
        Variables variables = new Variables(environment);
        String token = variables.text("GMP_API_TOKEN");
        if (token != null && token.length() < SHORTEST_TOKEN) {
            throw new InvalidValueException("GMP_API_TOKEN", "is shorter than " + SHORTEST_TOKEN + " characters");
        }
        String host = variables.text("GMP_HOST");
        if (token == null && host != null && !host.equals(LOOPBACK)) {
            throw new InvalidValueException(
                    "GMP_HOST", "needs GMP_API_TOKEN: without a token this program listens on loopback only");
        }
        Settings settings = new Settings(
                variables.number("GMP_PORT", DEFAULT_PORT, 0, GREATEST_PORT),
                host != null ? host : token == null ? LOOPBACK : EVERYWHERE,
                token,
                variables.text("GMP_DB_URL", DEFAULT_DATABASE),
                variables.text("GMP_DB_USER"),
                variables.text("GMP_DB_PASSWORD"),
                variables.keys(),
                variables.seconds("GMP_PEC_ACCEPTANCE_TIMEOUT", MailAccount.DEFAULT_ACCEPTANCE_TIMEOUT),
                variables.seconds("GMP_POLL_INTERVAL", ImapReceiptPoller.DEFAULT_POLL_INTERVAL),
                variables.seconds("GMP_LEASE_DURATION", MailProxyBuilder.DEFAULT_LEASE_DURATION),
                variables.file("GMP_TRUST_ANCHORS"),
                variables.file("GMP_MAIL_AUTHORITIES"),
                variables.names("GMP_PLAIN_TEXT_HOSTS"),
                variables.url("GMP_CLIENT_SYNC_URL"),
                variables.text("GMP_CLIENT_SYNC_TOKEN"),
                variables.seconds("GMP_SYNC_HEARTBEAT", DEFAULT_HEARTBEAT),
                variables.number("GMP_MAX_BODY_BYTES", (int) DEFAULT_LARGEST_BODY, 1, Integer.MAX_VALUE),
                variables.number("GMP_MAX_ATTACHMENT_BYTES", (int) DEFAULT_LARGEST_ATTACHMENT, 1, Integer.MAX_VALUE),
                variables.number("GMP_REQUESTS_PER_MINUTE", DEFAULT_REQUESTS_PER_MINUTE, 1, Integer.MAX_VALUE));
        variables.refuseUnknown();
        return settings;
    }

    boolean isOpen() {
        return apiToken == null;
    }

    @Override
    public String toString() {
        return "Settings[" + host + ":" + port + ", " + databaseUrl.replaceAll("[?;].*", "") + "]";
    }

    private static final class Variables {
        private final Map<String, String> environment;
        private final Set<String> known = new TreeSet<>();

        Variables(Map<String, String> environment) {
            this.environment = environment;
        }

        @Nullable
        String text(String name) {
            known.add(name);
            String value = environment.get(name);
            return value == null || value.isBlank() ? null : value.strip();
        }

        String text(String name, String otherwise) {
            return Objects.requireNonNullElse(text(name), otherwise);
        }

        int number(String name, int otherwise, int least, int most) {
            Integer value = parse(name, Integer::valueOf, "is not a whole number");
            if (value != null && (value < least || value > most)) {
                throw new InvalidValueException(name, "is " + value + ", allowed is " + least + " to " + most);
            }
            return value == null ? otherwise : value;
        }

        Duration seconds(String name, Duration otherwise) {
            int most = (int) MailAccount.LONGEST_TIMEOUT.toSeconds();
            return Duration.ofSeconds(number(name, (int) otherwise.toSeconds(), 1, most));
        }

        @Nullable
        Path file(String name) {
            Path file = parse(name, Path::of, "is not a path");
            if (file != null && !Files.isReadable(file)) {
                throw new InvalidValueException(name, "is not a readable file: " + file);
            }
            return file;
        }

        EncryptionKeys keys() {
            if (text(EncryptionKeys.VARIABLE) == null) {
                throw new InvalidValueException(
                        EncryptionKeys.VARIABLE,
                        "is missing: passwords are kept encrypted only. Make one with: openssl rand -base64 32");
            }
            return EncryptionKeys.fromEnvironment(environment);
        }

        Set<String> names(String name) {
            List<String> names = new ArrayList<>(Arrays.asList(text(name, "").split("[,\\s]+")));
            names.removeIf(String::isEmpty);
            return Set.copyOf(names);
        }

        @Nullable
        URI url(String name) {
            String value = text(name);
            return value == null ? null : HttpSyncSink.url(name, value, names("GMP_PLAIN_TEXT_HOSTS"));
        }

        private <T> @Nullable T parse(String name, Function<String, T> parser, String problem) {
            String value = text(name);
            try {
                return value == null ? null : parser.apply(value);
            } catch (IllegalArgumentException malformed) {
                throw new InvalidValueException(name, problem);
            }
        }

        void refuseUnknown() {
            for (String name : environment.keySet()) {
                if (name.startsWith("GMP_") && !known.contains(name)) {
                    throw new InvalidValueException(name, "is not a setting; known are " + String.join(", ", known));
                }
            }
        }
    }
}
