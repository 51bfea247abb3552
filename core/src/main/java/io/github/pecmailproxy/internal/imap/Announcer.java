package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.operations.OperationsListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener of trouble; what it throws goes no further. Thread-safe. */
final class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    private final OperationsListener listener;

    Announcer(OperationsListener listener) {
        this.listener = listener;
    }

    void announce(OperationalEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException failed) {
            LOG.warn("The operations listener failed on {}", event, failed);
        }
    }
}
