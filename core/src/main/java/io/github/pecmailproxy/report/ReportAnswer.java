package io.github.pecmailproxy.report;

import java.util.Set;

/**
 * What a sink made of a report. Immutable.
 *
 * @param retry the {@linkplain ReportEntry#sequence() sequences} of the entries to deliver again later; all others are done with,
 *     accepted or dropped
 * @since 0.1.0
 */
public record ReportAnswer(Set<Long> retry) {
    private static final ReportAnswer ACCEPTED = new ReportAnswer(Set.of());

    /** Copies the set. */
    public ReportAnswer {
        retry = Set.copyOf(retry);
    }

    /**
     * Accepts every entry.
     *
     * @return the answer, never null
     */
    public static ReportAnswer accepted() {
        return ACCEPTED;
    }

    /**
     * Accepts every entry but some.
     *
     * @param sequences the entries to deliver again later
     * @return the answer, never null
     */
    public static ReportAnswer acceptedExcept(Set<Long> sequences) {
        return new ReportAnswer(sequences);
    }
}
