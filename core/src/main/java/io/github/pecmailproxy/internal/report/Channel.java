package io.github.pecmailproxy.internal.report;

/**
 * The reports of one tenant to one sink: what succeeds, fails or waits as a whole. Immutable.
 *
 * @param sink to whom
 * @param tenant whose messages
 */
record Channel(NamedSink sink, String tenant) {
    /** Names the right to deliver. */
    String resource() {
        return "report/" + sink.name() + "/" + tenant;
    }

    /** Names the right to call the tenant when there is nothing to deliver. */
    String heartbeatResource() {
        return "heartbeat/" + sink.name() + "/" + tenant;
    }
}
