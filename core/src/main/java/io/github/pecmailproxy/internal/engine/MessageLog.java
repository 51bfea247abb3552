package io.github.pecmailproxy.internal.engine;

import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Writes one line for each change of a message, with {@code tenant}, {@code account} and {@code message} in the MDC. Event details
 * are left out: they may quote servers at length. Stateless and thread-safe.
 */
public final class MessageLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.github.pecmailproxy.messages");

    private MessageLog() {}

    /** Logs a change that was stored. */
    public static void changed(MessageChange change) {
        TrackedMessage message = change.message();
        if (!LOG.isInfoEnabled() || change.events().isEmpty()) {
            return;
        }
        String events = change.events().stream().map(MessageLog::name).collect(Collectors.joining(", "));
        with(message, () -> LOG.info("{} is {} after {}", message.key(), message.state(), events));
    }

    /** Logs that a message was stored for the first time. */
    public static void queued(TrackedMessage message) {
        with(
                message,
                () -> LOG.info(
                        "{} is {}: {} recipients, {} bytes",
                        message.key(),
                        message.state(),
                        message.recipients().size(),
                        message.contentSize()));
    }

    private static String name(NewEvent event) {
        return event.type().wireName();
    }

    private static void with(TrackedMessage message, Runnable log) {
        try (MDC.MDCCloseable tenant = MDC.putCloseable("tenant", message.key().tenant());
                MDC.MDCCloseable account = MDC.putCloseable("account", message.account());
                MDC.MDCCloseable id = MDC.putCloseable("message", message.key().id())) {
            log.run();
        }
    }
}
