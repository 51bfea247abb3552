package io.github.pecmailproxy.evidence;

import java.util.Objects;

/**
 * One check of a bundle. Immutable and thread-safe.
 *
 * @param rule what was checked
 * @param file of which file, or the empty text for the bundle as a whole
 * @param passed whether it holds
 * @param detail one English sentence: why it does not hold, or what was found; without control characters
 * @since 0.1.0
 */
public record EvidenceCheck(EvidenceRule rule, String file, boolean passed, String detail) {
    /** Checks that nothing is null, and makes the texts fit for a line. */
    public EvidenceCheck {
        Objects.requireNonNull(rule, "rule");
        file = SingleLine.of(file);
        detail = SingleLine.of(detail);
    }
}
