package io.github.pecmailproxy.metrics;

import java.util.Locale;

/**
 * What became of an entry that was delivered to a sink.
 *
 * @since 0.1.0
 */
public enum ReportResult {
    /** The sink accepted it. */
    ACCEPTED,
    /** It is delivered again later. */
    RETRIED,
    /** The sink has no use for it. */
    DROPPED;

    /**
     * Returns the name as it stands in meters, such as {@code accepted}.
     *
     * @return the name, never null
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
