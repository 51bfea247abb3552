package io.github.pecmailproxy;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.credentials.EncryptionKeys;
import io.github.pecmailproxy.imap.ImapReceiptPoller;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the library that the environment may hold: {@code GMP_PEC_ACCEPTANCE_TIMEOUT}, {@code GMP_POLL_INTERVAL}, {@code
 * GMP_LEASE_DURATION} (whole seconds), {@code GMP_TRUST_ANCHORS} (a PEM file, added to the default) and {@value
 * EncryptionKeys#VARIABLE}. Immutable and thread-safe; shows no key in its text.
 *
 * @since 0.1.0
 */
public final class EnvironmentSettings {
    private static final String PREFIX = "GMP_";
    private static final String ACCEPTANCE_TIMEOUT = "GMP_PEC_ACCEPTANCE_TIMEOUT";
    private static final String POLL_INTERVAL = "GMP_POLL_INTERVAL";
    private static final String LEASE_DURATION = "GMP_LEASE_DURATION";
    private static final String TRUST_ANCHORS = "GMP_TRUST_ANCHORS";
    private static final Set<String> KNOWN = Set.of(ACCEPTANCE_TIMEOUT, POLL_INTERVAL, LEASE_DURATION, TRUST_ANCHORS);

    private final Duration acceptanceTimeout;
    private final Duration pollInterval;
    private final Duration leaseDuration;
    private final @Nullable Path trustAnchors;
    private final @Nullable EncryptionKeys encryptionKeys;

    private EnvironmentSettings(Map<String, String> environment) {
        acceptanceTimeout = seconds(environment, ACCEPTANCE_TIMEOUT, MailAccount.DEFAULT_ACCEPTANCE_TIMEOUT);
        pollInterval = seconds(environment, POLL_INTERVAL, ImapReceiptPoller.DEFAULT_POLL_INTERVAL);
        leaseDuration = seconds(environment, LEASE_DURATION, MailProxyBuilder.DEFAULT_LEASE_DURATION);
        trustAnchors = file(environment, TRUST_ANCHORS);
        encryptionKeys =
                environment.containsKey(EncryptionKeys.VARIABLE) ? EncryptionKeys.fromEnvironment(environment) : null;
    }

    /**
     * Reads the settings.
     *
     * @param environment the variables, such as {@link System#getenv()}
     * @param hostsOwn the names of the host's own variables that begin with {@code GMP_}; any other unknown one is refused, since it is
     *     most likely misspelt
     * @return the settings, never null
     * @throws InvalidValueException naming the variable that is unknown or wrong
     */
    public static EnvironmentSettings read(Map<String, String> environment, Set<String> hostsOwn) {
        // Sorted, so that the same mistake gets the same error each time.
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith(PREFIX) && !KNOWN.contains(name) && !hostsOwn.contains(name)) {
                throw new InvalidValueException(
                        name, "is unknown; known are " + String.join(", ", new TreeSet<>(KNOWN)));
            }
        }
        return new EnvironmentSettings(environment);
    }

    /**
     * Puts into a builder what concerns the whole proxy: how often mailboxes are read, for how long messages are leased, and whose
     * receipts are trusted if anchors are given.
     *
     * @param builder the builder
     * @return the same builder
     * @throws InvalidValueException naming the variable whose value is refused
     */
    public MailProxyBuilder applyTo(MailProxyBuilder builder) {
        builder.pollInterval(pollInterval);
        try {
            builder.leaseDuration(leaseDuration);
        } catch (InvalidValueException refused) {
            throw new InvalidValueException(LEASE_DURATION, refused.problem());
        }
        if (trustAnchors != null) {
            try {
                builder.trust(ProviderTrust.builder()
                        .defaultAnchors()
                        .anchorsPem(trustAnchors)
                        .build());
            } catch (IllegalArgumentException malformed) {
                throw new InvalidValueException(TRUST_ANCHORS, "is not a file of PEM certificates");
            }
        }
        return builder;
    }

    /**
     * Returns how long to wait for the acceptance of a message; a host gives it to the accounts it builds.
     *
     * @return the time, never null
     */
    public Duration acceptanceTimeout() {
        return acceptanceTimeout;
    }

    /**
     * Returns the keys under which accounts are kept.
     *
     * @return the keys, never null
     * @throws InvalidValueException if {@value EncryptionKeys#VARIABLE} is not there
     */
    public EncryptionKeys encryptionKeys() {
        return encryptionKeys == null ? EncryptionKeys.fromEnvironment(Map.of()) : encryptionKeys;
    }

    /** Shows the times. */
    @Override
    public String toString() {
        return "EnvironmentSettings[acceptanceTimeout=" + acceptanceTimeout + ", pollInterval=" + pollInterval
                + ", leaseDuration=" + leaseDuration + "]";
    }

    private static Duration seconds(Map<String, String> environment, String name, Duration otherwise) {
        String text = environment.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int seconds = Integer.parseInt(text.strip());
            if (seconds > 0 && seconds <= MailAccount.LONGEST_TIMEOUT.toSeconds()) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException malformed) {
            throw refused(name, text);
        }
        throw refused(name, text);
    }

    private static InvalidValueException refused(String name, String text) {
        return new InvalidValueException(
                name,
                "is " + InvalidValueException.quote(text) + ", must be a whole number of seconds, 1 to "
                        + MailAccount.LONGEST_TIMEOUT.toSeconds());
    }

    private static @Nullable Path file(Map<String, String> environment, String name) {
        String text = environment.get(name);
        if (text == null) {
            return null;
        }
        try {
            Path file = Path.of(text);
            if (Files.isReadable(file) && !Files.isDirectory(file)) {
                return file;
            }
        } catch (InvalidPathException malformed) {
            throw new InvalidValueException(name, "is not the name of a file");
        }
        throw new InvalidValueException(name, "names no file that can be read: " + InvalidValueException.quote(text));
    }
}
