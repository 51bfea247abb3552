package io.github.pecmailproxy.pec;

import java.util.Objects;
import java.util.Optional;

/**
 * Why a message failed or is late, taken apart (facts 5). Immutable and thread-safe.
 *
 * @param reason the class of failure, never null
 * @param code the code of the explanation, such as {@code 5.1.1} or, in REM evidence, {@code RD04}; empty when there is none
 * @param provider who says so, as the explanation names it; empty when it does not
 * @param text the explanation without code and provider, in the provider's language; empty when there is none
 * @param isFinal true when this message can no longer reach the recipient; false for the 12 hour notice
 * @since 0.1.0
 */
public record Failure(
        FailureReason reason,
        Optional<String> code,
        Optional<String> provider,
        Optional<String> text,
        boolean isFinal) {
    /** Checks that nothing is null. */
    public Failure {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(text, "text");
    }
}
