package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.imap.ImapReceiptPoller;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * How mailboxes are read. Immutable.
 *
 * @param pollInterval how often a mailbox is read when nothing tells of new mail
 * @param maxConnections how many connections are kept between polls; each on a server with IDLE has a thread of its own, the other
 *     mailboxes are connected for each poll
 * @param pollingThreads how many mailboxes without a kept connection are read at once
 * @param lookBack how far back a renumbered folder is read again, from the time up to which it was read before
 * @param leaseTime for how long the right to read a mailbox is taken; after a crash another node waits that long at most
 * @param batch how many headers are fetched at once
 * @param quotaWarning from which share of its quota a mailbox is reported as filling up
 * @param temporaryFolder where large mails wait to be recorded
 * @since 0.1.0
 */
public record PollerSettings(
        Duration pollInterval,
        int maxConnections,
        int pollingThreads,
        Duration lookBack,
        Duration leaseTime,
        int batch,
        double quotaWarning,
        Path temporaryFolder) {

    /** How many connections are kept between polls: 50. */
    public static final int DEFAULT_MAX_CONNECTIONS = ImapReceiptPoller.DEFAULT_IDLE_MAILBOXES;

    /** How many mailboxes without a kept connection are read at once: 8. */
    public static final int DEFAULT_POLLING_THREADS = 8;

    /** How far back a renumbered folder is read again: 30 days. */
    public static final Duration DEFAULT_LOOK_BACK = Duration.ofDays(30);

    /** For how long the right to read a mailbox is taken: 3 minutes. */
    public static final Duration DEFAULT_LEASE_TIME = Duration.ofMinutes(3);

    /** How many headers are fetched at once: 400. */
    public static final int DEFAULT_BATCH = 400;

    /** Checks that nothing is out of range. */
    public PollerSettings {
        positive("pollInterval", pollInterval);
        positive("leaseTime", leaseTime);
        Objects.requireNonNull(temporaryFolder, "temporaryFolder");
        if (lookBack.isNegative()) {
            throw new IllegalArgumentException("lookBack is " + lookBack + ", must not be negative");
        }
        if (maxConnections < 0) {
            throw new IllegalArgumentException("maxConnections is " + maxConnections + ", must not be negative");
        }
        if (pollingThreads < 1) {
            throw new IllegalArgumentException("pollingThreads is " + pollingThreads + ", must be at least 1");
        }
        if (!(quotaWarning > 0)) {
            throw new IllegalArgumentException("quotaWarning is " + quotaWarning + ", must be positive");
        }
        if (batch < 1) {
            throw new IllegalArgumentException("batch is " + batch + ", must be at least 1");
        }
    }

    /**
     * Returns the defaults.
     *
     * @return the settings, never null
     */
    public static PollerSettings defaults() {
        return new PollerSettings(
                ImapReceiptPoller.DEFAULT_POLL_INTERVAL,
                DEFAULT_MAX_CONNECTIONS,
                DEFAULT_POLLING_THREADS,
                DEFAULT_LOOK_BACK,
                DEFAULT_LEASE_TIME,
                DEFAULT_BATCH,
                ImapReceiptPoller.DEFAULT_QUOTA_WARNING,
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * Changes how often a mailbox is read.
     *
     * @param value a positive time
     * @return the settings with it, never null
     */
    public PollerSettings withPollInterval(Duration value) {
        return new PollerSettings(
                value, maxConnections, pollingThreads, lookBack, leaseTime, batch, quotaWarning, temporaryFolder);
    }

    /**
     * Changes how many connections are kept between polls.
     *
     * @param value 0 or more
     * @return the settings with it, never null
     */
    public PollerSettings withMaxConnections(int value) {
        return new PollerSettings(
                pollInterval, value, pollingThreads, lookBack, leaseTime, batch, quotaWarning, temporaryFolder);
    }

    /**
     * Changes how many headers are fetched at once.
     *
     * @param value at least 1
     * @return the settings with it, never null
     */
    public PollerSettings withBatch(int value) {
        return new PollerSettings(
                pollInterval,
                maxConnections,
                pollingThreads,
                lookBack,
                leaseTime,
                value,
                quotaWarning,
                temporaryFolder);
    }

    /**
     * Changes from when on a mailbox is reported as filling up.
     *
     * @param value a share of the quota, such as 0.9
     * @return the settings with it, never null
     */
    public PollerSettings withQuotaWarning(double value) {
        return new PollerSettings(
                pollInterval, maxConnections, pollingThreads, lookBack, leaseTime, batch, value, temporaryFolder);
    }

    /**
     * Changes for how long the right to read a mailbox is taken.
     *
     * @param value a positive time
     * @return the settings with it, never null
     */
    public PollerSettings withLeaseTime(Duration value) {
        return new PollerSettings(
                pollInterval, maxConnections, pollingThreads, lookBack, value, batch, quotaWarning, temporaryFolder);
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " is " + value + ", must be positive");
        }
    }
}
