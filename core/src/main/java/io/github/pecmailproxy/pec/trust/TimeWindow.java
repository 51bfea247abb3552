package io.github.pecmailproxy.pec.trust;

import java.time.Instant;

/**
 * A span of time, both ends included as in RFC 5280 section 4.1.2.5.
 *
 * @param from the first instant inside
 * @param to the last instant inside; before {@code from} when the window is empty
 */
record TimeWindow(Instant from, Instant to) {
    static final TimeWindow ALWAYS = new TimeWindow(Instant.MIN, Instant.MAX);

    boolean contains(Instant time) {
        return !time.isBefore(from) && !time.isAfter(to);
    }

    TimeWindow intersect(TimeWindow other) {
        return new TimeWindow(from.isAfter(other.from) ? from : other.from, to.isBefore(other.to) ? to : other.to);
    }
}
