package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.smtp.Transmission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends over connections that are kept and reused, each account by its own. Thread-safe; no lock is held while a server is waited for.
 *
 * <p>{@code RSET} is said between messages only where a transaction was given up before its final dot, and to ask a server that has been
 * idle whether it is still there: the final dot ends a transaction by itself (RFC 5321 section 4.1.1.4).
 *
 * @since 0.1.0
 */
public final class AngusSmtpSender implements SmtpSender {
    private static final Logger LOG = LoggerFactory.getLogger(AngusSmtpSender.class);
    private static final Duration SLOWEST_WATCH = Duration.ofSeconds(1);
    private static final int WATCHES_PER_TIMEOUT = 4;

    private final PoolLimits limits;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final SmtpConnector connector;
    private final Map<AccountKey, Lane> lanes = new ConcurrentHashMap<>();
    private final Set<SocketGuard> guards = ConcurrentHashMap.newKeySet();
    private final Object underWayChanged = new Object();
    private final ScheduledExecutorService watch;
    private int underWay;
    private boolean closed;

    /**
     * Creates a sender with the default times.
     *
     * @param clock tells how long a connection was idle
     */
    public AngusSmtpSender(InstantSource clock) {
        this(SmtpTimeouts.DEFAULTS, PoolLimits.DEFAULTS, clock);
    }

    /**
     * Creates a sender.
     *
     * @param timeouts how long each step may take
     * @param limits how connections are kept
     * @param clock tells how long a connection was idle
     */
    public AngusSmtpSender(SmtpTimeouts timeouts, PoolLimits limits, InstantSource clock) {
        this(timeouts, limits, clock, System::nanoTime);
    }

    /** Creates a sender whose time-outs follow a time that a test drives. */
    AngusSmtpSender(SmtpTimeouts timeouts, PoolLimits limits, InstantSource clock, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.limits = limits;
        this.clock = clock;
        connector = new SmtpConnector(timeouts);
        watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "pec-mail-proxy-smtp-watch");
            thread.setDaemon(true);
            return thread;
        });
        long interval = watchInterval(timeouts);
        var unused = watch.scheduleWithFixedDelay(this::watch, interval, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    public SendOutcome send(Transmission transmission) {
        if (!begin()) {
            return closedOutcome();
        }
        MailAccount account = transmission.account();
        Lane lane = lanes.compute(account.key(), (key, known) -> (known == null ? new Lane() : known).join());
        try {
            lane.enter(account.maxConnections());
            try {
                return isClosed() ? closedOutcome() : send(transmission, lane);
            } finally {
                lane.leave();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new SendOutcome.NotSent(SmtpPhase.CONNECT, "interrupted while waiting for a connection");
        } finally {
            lanes.computeIfPresent(account.key(), (key, known) -> known.part() ? null : known);
            end();
        }
    }

    @Override
    public void close() {
        synchronized (underWayChanged) {
            closed = true;
        }
        lanes.values().forEach(Lane::open);
        try {
            awaitEnd();
        } finally {
            lanes.values().forEach(lane -> lane.freeSince(Instant.MAX).forEach(SmtpConnection::quit));
            guards.forEach(SocketGuard::close);
            watch.shutdownNow();
        }
    }

    /** Closes the connections that have been idle for too long. */
    void closeIdle() {
        Instant limit = clock.instant().minus(limits.idleTime());
        for (AccountKey key : lanes.keySet()) {
            Lane lane = lanes.get(key);
            if (lane != null) {
                lane.freeSince(limit).forEach(SmtpConnection::quit);
                lanes.computeIfPresent(key, (same, known) -> known.isUnused() ? null : known);
            }
        }
    }

    private SendOutcome send(Transmission transmission, Lane lane) {
        MailAccount account = transmission.account();
        Lane.Identity identity = Lane.Identity.of(account);
        SmtpConnection kept = takeAlive(lane, identity);
        if (kept != null) {
            try {
                return transmit(transmission, kept, lane, identity);
            } catch (SmtpConnection.StaleException stale) {
                LOG.debug("A kept connection of {} had ended: {}", account.key(), stale.getMessage());
            }
        }
        SocketGuard guard = new SocketGuard(nanoTime);
        guards.add(guard);
        SmtpConnector.Attempt attempt = connector.connect(account, guard);
        if (attempt instanceof SmtpConnector.Attempt.Failed failed) {
            guards.remove(guard);
            return failed.outcome();
        }
        SmtpConnection fresh = ((SmtpConnector.Attempt.Ready) attempt).connection();
        try {
            return transmit(transmission, fresh, lane, identity);
        } catch (SmtpConnection.StaleException impossible) {
            throw new IllegalStateException("a new connection is not stale", impossible);
        }
    }

    private SendOutcome transmit(
            Transmission transmission, SmtpConnection connection, Lane lane, Lane.Identity identity)
            throws SmtpConnection.StaleException {
        boolean keep = false;
        try {
            SendOutcome outcome = connection.send(transmission);
            keep = connection.isReusable()
                    && connection.transactions() < transmission.account().messagesPerConnection()
                    && !isClosed();
            return outcome;
        } finally {
            if (keep) {
                connection.idleFrom(clock.instant());
                lane.keep(identity, connection);
            } else {
                discard(connection);
            }
        }
    }

    private @Nullable SmtpConnection takeAlive(Lane lane, Lane.Identity identity) {
        while (true) {
            List<SmtpConnection> outdated = new ArrayList<>();
            SmtpConnection kept = lane.take(identity, outdated);
            outdated.forEach(this::discard);
            if (kept == null) {
                return null;
            }
            Duration idle = Duration.between(kept.idleSince(), clock.instant());
            boolean usable = idle.compareTo(limits.idleTime()) < 0
                    && (idle.compareTo(limits.checkAfter()) < 0 || kept.isAlive());
            if (usable) {
                return kept;
            }
            discard(kept);
        }
    }

    private void discard(SmtpConnection connection) {
        connection.quit();
        guards.remove(connection.guard());
    }

    /** Cuts off what takes too long and closes what is idle. Called regularly by itself. */
    void watch() {
        try {
            guards.removeIf(guard -> {
                guard.check();
                return guard.isClosed();
            });
            closeIdle();
        } catch (RuntimeException failed) {
            // Would end the watch for ever.
            LOG.warn("Watching over connections failed once", failed);
        }
    }

    private boolean begin() {
        synchronized (underWayChanged) {
            if (closed) {
                return false;
            }
            underWay++;
            return true;
        }
    }

    private void end() {
        synchronized (underWayChanged) {
            underWay--;
            underWayChanged.notifyAll();
        }
    }

    private boolean isClosed() {
        synchronized (underWayChanged) {
            return closed;
        }
    }

    private void awaitEnd() {
        long end = System.nanoTime() + limits.closeTime().toNanos();
        synchronized (underWayChanged) {
            while (underWay > 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    LOG.warn("{} transmissions did not end in time and are cut off", underWay);
                    return;
                }
                try {
                    underWayChanged.wait(left);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private static SendOutcome closedOutcome() {
        return new SendOutcome.NotSent(SmtpPhase.CONNECT, "the sender is closed");
    }

    private static long watchInterval(SmtpTimeouts timeouts) {
        long shortest = Math.min(timeouts.read().toMillis(), timeouts.write().toMillis());
        return Math.max(1, Math.min(SLOWEST_WATCH.toMillis(), shortest / WATCHES_PER_TIMEOUT));
    }
}
