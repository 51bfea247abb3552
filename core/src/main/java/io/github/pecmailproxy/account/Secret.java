package io.github.pecmailproxy.account;

import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A password or token that shows itself to nobody who does not ask for it by name: not in {@code toString}, not in logs, not
 * to a serialiser of properties. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class Secret {
    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /**
     * Wraps a secret.
     *
     * @param value the secret, not empty, without line breaks and other control characters
     * @return the secret, never null
     * @throws InvalidValueException if the value is not valid; it is not quoted
     */
    public static Secret of(String value) {
        if (FieldCheck.required("password", value).isEmpty()) {
            throw new InvalidValueException("password", "is empty");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidValueException("password", "contains a control character");
        }
        return new Secret(value);
    }

    /**
     * Reveals the secret. Never log what it returns.
     *
     * @return the secret in clear, never null
     */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        // In constant time: how far two secrets agree is nobody's business.
        return other instanceof Secret secret
                && MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.UTF_8), secret.value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** Returns a placeholder. */
    @Override
    public String toString() {
        return "***";
    }
}
