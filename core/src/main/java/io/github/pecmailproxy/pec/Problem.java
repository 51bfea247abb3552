package io.github.pecmailproxy.pec;

import java.util.Objects;

/**
 * Something wrong with a mail that was read all the same. Immutable and thread-safe.
 *
 * @param code what is wrong, never null
 * @param detail one English sentence for people, which may quote the mail; never null
 * @since 0.1.0
 */
public record Problem(ProblemCode code, String detail) {
    /** Checks that nothing is null. */
    public Problem {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(detail, "detail");
    }

    /**
     * Returns the code in reports.
     *
     * @return the wire name of the code, never null
     */
    public String wireName() {
        return code.wireName();
    }
}
