package io.github.pecmailproxy.timeout;

import java.time.Duration;

/**
 * Raises the alarm when a receipt is overdue, and puts messages in doubt whose sender does not report back. Several nodes may look
 * at once: each alarm is raised by one of them. Thread-safe.
 *
 * @since 0.1.0
 */
public interface TimeoutMonitor {
    /** How often deadlines are looked at: 5 seconds. */
    Duration DEFAULT_CHECK_INTERVAL = Duration.ofSeconds(5);

    /**
     * Looks at every message whose deadline has passed, and returns when all are dealt with. An alarm for a receipt is raised only
     * after the mailbox was read up to the deadline.
     *
     * @return how many messages were changed
     */
    int checkOnce();
}
