package io.github.pecmailproxy.report;

import java.util.Set;

/**
 * What a sink made of a report. Immutable and thread-safe.
 *
 * <p>An entry is either done with, because the sink accepted it or never wants it, or it is to be delivered again; then the later
 * entries of the same message in the report are too, whatever the sink made of them, so that the order within a message is kept.
 *
 * @since 0.1.0
 */
public final class ReportAnswer {
    private static final ReportAnswer ACCEPTED = new ReportAnswer(Set.of());

    private final Set<Long> retry;

    private ReportAnswer(Set<Long> retry) {
        this.retry = Set.copyOf(retry);
    }

    /**
     * Is done with every entry.
     *
     * @return the answer, never null
     */
    public static ReportAnswer accepted() {
        return ACCEPTED;
    }

    /**
     * Is done with every entry but some.
     *
     * @param sequences the {@linkplain ReportEntry#sequence() sequences} of the entries to deliver again later; those of no entry are
     *     ignored
     * @return the answer, never null
     */
    public static ReportAnswer acceptedExcept(Set<Long> sequences) {
        return new ReportAnswer(sequences);
    }

    /**
     * Returns which entries to deliver again.
     *
     * @return their sequences, never null, immutable
     */
    public Set<Long> retry() {
        return retry;
    }

    @Override
    public String toString() {
        return "ReportAnswer[retry=" + retry + "]";
    }
}
