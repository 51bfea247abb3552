package io.github.pecmailproxy.internal.report;

import io.github.pecmailproxy.report.DeliveryReportSink;

/**
 * A sink and the name under which the store remembers what it has acknowledged. Immutable.
 *
 * @param name the name, the same in every life of the host
 * @param sink the sink
 */
public record NamedSink(String name, DeliveryReportSink sink) {}
