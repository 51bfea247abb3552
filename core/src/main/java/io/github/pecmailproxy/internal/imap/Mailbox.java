package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.imap.ImapReceiptPoller;
import io.github.pecmailproxy.imap.MailboxQuota;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.imap.Reread;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One mailbox as this node knows it: its connection, its lease, how it is doing, when to try it again. Thread-safe; one thread
 * reads or waits at a time.
 */
final class Mailbox {
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
    // A server that drops IDLE as soon as it is asked for it would otherwise be logged in to without a pause.
    private static final Duration SHORTEST_GOOD_IDLE = Duration.ofSeconds(10);
    private static final int POLLS_WITHOUT_IDLE = 10;

    private final PollerParts parts;
    private final AccountKey key;
    private final Backoff backoff;
    private final Semaphore keptConnections;
    private final KeptConnection connection;
    private final MailboxLease lease;
    private final FailedMails failedMails = new FailedMails();
    private final ReadingProgress progress = new ReadingProgress();
    // Fair: who wants to read at once is not passed over by the thread that waits, again and again.
    private final ReentrantLock lock = new ReentrantLock(true);

    private int failures;
    private boolean keeps;
    private boolean blindAnnounced;
    private boolean troubleAnnounced;
    private boolean markingFailed;
    private volatile Instant retryAt = Instant.MIN;
    private volatile Instant noIdleUntil = Instant.MIN;
    private volatile @Nullable Instant lastRead;
    private volatile @Nullable Instant blindSince;
    private volatile @Nullable String trouble;
    private volatile @Nullable MailAccount failedWith;
    private volatile boolean idling;
    private volatile boolean left;
    private volatile @Nullable MailboxQuota quota;
    private @Nullable Instant quotaAskedAt;
    private boolean fillingAnnounced;

    Mailbox(
            PollerParts parts,
            AccountKey key,
            MailboxConnector connector,
            String owner,
            Backoff backoff,
            Semaphore keptConnections) {
        this.parts = parts;
        this.key = key;
        this.backoff = backoff;
        this.keptConnections = keptConnections;
        this.connection = new KeptConnection(connector);
        this.lease = new MailboxLease(
                parts.store(), parts.clock(), owner, key, parts.settings().leaseTime());
    }

    MailboxStatus status() {
        return new MailboxStatus(key, lastRead, blindSince, trouble, quota, progress.unread(), idling);
    }

    /** Tells whether it is not to be tried yet, because it failed with these same settings. */
    boolean isResting(MailAccount account) {
        return parts.clock().instant().isBefore(retryAt) && !isChanged(account);
    }

    /** Tells whether it failed with other settings than these. */
    boolean isChanged(MailAccount account) {
        MailAccount failed = failedWith;
        return failed != null && !KeptConnection.sameMailbox(failed, account);
    }

    /** Tells whether the connection is open and the server would tell of new mail. */
    boolean canIdle() {
        return connection.canIdle() && !parts.clock().instant().isBefore(noIdleUntil);
    }

    /**
     * Reads what is new.
     *
     * @param account the account as it is now
     * @param turn how much
     * @param keepLease whether to stay the one who reads
     */
    Polled poll(MailAccount account, Turn turn, boolean keepLease) {
        lock.lock();
        try (MDC.MDCCloseable context = MDC.putCloseable("account", key.toString())) {
            Polled polled = pollLocked(account, turn);
            if (!keepLease) {
                releaseLease();
            }
            connection.rest();
            keepOrClose();
            return polled;
        } finally {
            unlock();
        }
    }

    private Polled pollLocked(MailAccount account, Turn turn) {
        Instant started = parts.clock().instant();
        try {
            if (lease.take() == null) {
                return anotherNodeReads(account);
            }
            PassResult result = new MailboxPass(parts, account, connection, lease, failedMails, turn, progress).run();
            int waiting = Math.max(result.waiting(), parts.recorder().recordWaiting(account));
            return switch (result.end()) {
                case LEASE_LOST -> {
                    Polled polled = anotherNodeReads(account);
                    yield new Polled(result.recorded(), waiting, polled.next());
                }
                case TURN_OVER -> new Polled(result.recorded(), waiting, Duration.ZERO);
                case REACHED -> {
                    MailboxException failure = result.trouble();
                    askQuota(account, started);
                    Duration next = failure == null ? wasRead(started) : isBlind(started, account, failure);
                    if (failure == null && markHandled(account)) {
                        // What arrived meanwhile is read at once, and the folder opened that IDLE is to watch.
                        next = Duration.ZERO;
                    }
                    yield new Polled(result.recorded(), waiting, next);
                }
            };
        } catch (RuntimeException failed) {
            // What came over the wire may have been left half read.
            connection.close();
            return new Polled(0, 0, isBroken(started, account, failed));
        }
    }

    /**
     * Reads a mail again that was passed over.
     *
     * @param account the account as it is now
     * @param receiptId the id of its record
     * @param keepLease whether to stay the one who reads
     */
    Reread reread(MailAccount account, long receiptId, boolean keepLease) {
        lock.lock();
        try (MDC.MDCCloseable context = MDC.putCloseable("account", key.toString())) {
            ExclusiveLease held = lease.take();
            if (held == null) {
                return Reread.BUSY;
            }
            boolean whole = false;
            try {
                Reread result = new SkippedMailPass(parts, account, connection, lease).run(receiptId);
                whole = true;
                return result;
            } finally {
                if (!whole) {
                    connection.close();
                }
                if (!keepLease) {
                    releaseLease();
                }
                connection.rest();
                keepOrClose();
            }
        } finally {
            unlock();
        }
    }

    /** Asks how full the mailbox is, now and then; whatever goes wrong with that is no reason to call the mailbox blind. */
    private void askQuota(MailAccount account, Instant now) {
        MailboxConnection present = connection.present(account);
        Instant asked = quotaAskedAt;
        if (present == null || (asked != null && now.isBefore(asked.plus(ImapReceiptPoller.QUOTA_INTERVAL)))) {
            return;
        }
        quotaAskedAt = now;
        try {
            MailboxQuota found = present.quota(account.folders().get(0)).orElse(null);
            quota = found;
            if (found == null || found.share() < parts.settings().quotaWarning()) {
                fillingAnnounced = false;
            } else if (!fillingAnnounced) {
                fillingAnnounced = true;
                LOG.warn("Mailbox {} is filling up: {} of {} {}", key, found.used(), found.limit(), found.resource());
                parts.announcer().announce(new OperationalEvent.MailboxFilling(key, found));
            }
        } catch (MailboxException failed) {
            LOG.debug("How full mailbox {} is could not be asked: {}", key, failed.reason());
            if (!failed.connectionUsable()) {
                connection.close();
            }
        }
    }

    /** Marks what was handled; whatever goes wrong with that is no reason to call the mailbox blind. */
    private boolean markHandled(MailAccount account) {
        try {
            boolean marked = new HandledMailPass(parts, account, connection, lease).run();
            markingFailed = false;
            return marked;
        } catch (MailboxException failed) {
            LOG.debug("Mailbox {}: handled mails could not be marked: {}", key, failed.reason());
            watchAgain(account, failed);
            if (!markingFailed) {
                markingFailed = true;
                parts.announcer().announce(new OperationalEvent.EngineTrouble("handled mail", failed.reason(), key));
            }
            return false;
        }
    }

    /** Opens for looking what IDLE watches: nothing stays opened for changing. */
    private void watchAgain(MailAccount account, MailboxException failed) {
        try {
            if (!failed.connectionUsable()) {
                throw failed;
            }
            connection.examine(account, account.folders().get(0));
        } catch (MailboxException broken) {
            connection.close();
        }
    }

    private Duration wasRead(Instant started) {
        lastRead = started;
        failedMails.clear();
        isWell();
        return parts.settings().pollInterval();
    }

    private Polled anotherNodeReads(MailAccount account) {
        connection.close();
        lastRead = account.folders().stream()
                .map(folder -> parts.store().cursor(new MailboxKey(key, folder)).map(MailboxCursor::readUpTo))
                .flatMap(Optional::stream)
                .min(Instant::compareTo)
                .orElse(lastRead);
        isWell();
        return new Polled(0, 0, parts.settings().pollInterval());
    }

    private void isWell() {
        failures = 0;
        failedWith = null;
        retryAt = Instant.MIN;
        blindSince = null;
        trouble = null;
        troubleAnnounced = false;
        if (blindAnnounced) {
            blindAnnounced = false;
            LOG.info("Mailbox {} can be read again", key);
            parts.announcer().announce(new OperationalEvent.MailboxReadable(key));
        }
    }

    private Duration isBlind(Instant now, MailAccount account, MailboxException failure) {
        Instant since = failed(now, account, failure.reason());
        if (!blindAnnounced) {
            blindAnnounced = true;
            LOG.warn("Mailbox {} cannot be read: {}", key, failure.reason());
            parts.announcer().announce(new OperationalEvent.MailboxBlind(key, since, failure.reason()));
        }
        Duration wait = backoff.after(failures, failure.kind());
        // The server is there: its other folders are read as often as ever.
        return retryAfter(
                now, failure.connectionUsable() ? shorter(wait, parts.settings().pollInterval()) : wait);
    }

    private Duration isBroken(Instant now, MailAccount account, RuntimeException failure) {
        String reason = String.valueOf(failure.getMessage());
        failed(now, account, reason);
        if (!troubleAnnounced) {
            troubleAnnounced = true;
            LOG.error("Reading mailbox {} failed", key, failure);
            parts.announcer().announce(new OperationalEvent.EngineTrouble("poll", reason, key));
        }
        return retryAfter(now, backoff.after(failures, MailboxException.Kind.LOST));
    }

    private Instant failed(Instant now, MailAccount account, String reason) {
        failures = isChanged(account) ? 1 : failures + 1;
        failedWith = account;
        trouble = reason;
        Instant since = blindSince;
        if (since == null) {
            since = now;
            blindSince = since;
        }
        return since;
    }

    private Duration retryAfter(Instant now, Duration wait) {
        retryAt = now.plus(wait);
        return wait;
    }

    /** Waits for new mail on the connection, which stays open; returns when there is a reason to poll. */
    void idle(Duration limit, MailAccount account) {
        lock.lock();
        try (MDC.MDCCloseable context = MDC.putCloseable("account", key.toString())) {
            MailboxConnection present = connection.present(account);
            if (present == null || !present.canIdle()) {
                return;
            }
            Instant started = parts.clock().instant();
            idling = true;
            try {
                // Long enough before the lease ends it is prolonged by a poll.
                Duration longest = shorter(
                        ImapReceiptPoller.LONGEST_IDLE,
                        parts.settings().leaseTime().dividedBy(2));
                present.idle(shorter(limit, longest));
            } catch (MailboxException lost) {
                LOG.debug("IDLE of mailbox {} ended: {}", key, lost.reason());
                connection.close();
                Instant now = parts.clock().instant();
                if (now.isBefore(started.plus(SHORTEST_GOOD_IDLE))) {
                    noIdleUntil = now.plus(parts.settings().pollInterval().multipliedBy(POLLS_WITHOUT_IDLE));
                }
            } finally {
                idling = false;
                connection.rest();
            }
        } finally {
            unlock();
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Ends the present or next wait for new mail. */
    void wake() {
        connection.wake();
    }

    /** Breaks off whatever is being done. */
    void abort() {
        connection.abort();
    }

    /** Closes the connection and lets another node read; now, or else as soon as whoever is busy with it is done. */
    void leave() {
        left = true;
        if (lock.tryLock()) {
            try {
                left = false;
                connection.close();
                keepOrClose();
                releaseLease();
            } finally {
                lock.unlock();
            }
        }
    }

    private void unlock() {
        lock.unlock();
        if (left) {
            leave();
        }
    }

    private void releaseLease() {
        try {
            lease.release();
        } catch (RuntimeException failed) {
            LOG.debug("The right to read mailbox {} could not be given back; it ends by itself", key, failed);
        }
    }

    /** Keeps the connection if there may be one more, and closes it otherwise. */
    private void keepOrClose() {
        if (connection.isOpen() && !keeps) {
            keeps = keptConnections.tryAcquire();
            if (!keeps) {
                connection.close();
            }
        } else if (!connection.isOpen() && keeps) {
            keeps = false;
            keptConnections.release();
        }
    }
}
