package io.github.pecmailproxy.internal.engine;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.operations.OperationsListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listener and the log of trouble, and survives a listener that throws. Thread-safe. */
public final class Alarm implements OperationsListener {
    private static final Logger LOG = LoggerFactory.getLogger("io.github.pecmailproxy.operations");

    private final OperationsListener listener;

    /**
     * Creates the alarm.
     *
     * @param listener the host's listener
     */
    public Alarm(OperationsListener listener) {
        this.listener = listener;
    }

    @Override
    public void on(OperationalEvent event) {
        if (event instanceof OperationalEvent.MailboxReadable || event instanceof OperationalEvent.MailboxProgress) {
            LOG.info("{}", event);
        } else {
            LOG.warn("{}", event);
        }
        try {
            listener.on(event);
        } catch (RuntimeException thrown) {
            LOG.error("the operations listener failed at {}", event, thrown);
        }
    }

    /** Tells of a failure of a part of the engine that goes on. */
    public void trouble(String part, Throwable cause, @Nullable AccountKey account) {
        LOG.debug("{} failed", part, cause);
        String text = cause.getMessage();
        on(new OperationalEvent.EngineTrouble(part, text == null ? cause.toString() : text, account));
    }
}
