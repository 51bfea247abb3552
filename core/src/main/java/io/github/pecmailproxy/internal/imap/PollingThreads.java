package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.operations.OperationalEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads mailboxes by itself. Every mailbox begins in a small pool, where the one that is due first is read first, a bounded piece at
 * a time. One whose connection may be kept and whose server offers IDLE gets a thread of its own, which waits there; when anything
 * fails it goes back to the pool, so that dead servers hold no place that others could use.
 *
 * <p>IDLE ends with every poll interval, whatever the server says: one that went silent, or that forgets to tell, costs one interval.
 */
final class PollingThreads {
    /** After what time mails that wait for a transmission are judged again: 200 ms, then twice as long each time. */
    static final Duration FIRST_WAIT = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(PollingThreads.class);
    private static final int BATCHES_IN_A_TURN = 25;

    private final DefaultImapReceiptPoller poller;
    private final PollerParts parts;
    private final AccountSource accounts;
    private final ScheduledThreadPoolExecutor pool;
    private final StandIns standIns;
    private final Map<AccountKey, Watch> watches = new ConcurrentHashMap<>();
    private volatile boolean stopping;
    private @Nullable ScheduledFuture<?> refreshing;

    PollingThreads(DefaultImapReceiptPoller poller, PollerParts parts, AccountSource accounts) {
        this.poller = poller;
        this.parts = parts;
        this.accounts = accounts;
        AtomicInteger number = new AtomicInteger();
        this.pool = new ScheduledThreadPoolExecutor(
                parts.settings().pollingThreads(), task -> thread(task, "pec-poll-" + number.incrementAndGet()));
        pool.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        pool.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        pool.setRemoveOnCancelPolicy(true);
        this.standIns = new StandIns(pool, task -> thread(task, "pec-poll-watch"));
    }

    void start() {
        long interval = parts.settings().pollInterval().toMillis();
        refreshing = pool.scheduleWithFixedDelay(this::refresh, 0, Math.max(1, interval), TimeUnit.MILLISECONDS);
    }

    void nudge(AccountKey key) {
        Watch watch = watches.get(key);
        if (watch != null) {
            // Somebody who is told too often that a password is wrong shuts the door.
            accounts.account(key)
                    .filter(account -> !watch.mailbox.isResting(account))
                    .ifPresent(account -> watch.nudge());
        } else if (!stopping) {
            pool.execute(this::refresh);
        }
    }

    void stop(Duration limit) {
        stopping = true;
        ScheduledFuture<?> task = refreshing;
        if (task != null) {
            task.cancel(false);
        }
        long end = System.nanoTime() + limit.toNanos();
        standIns.stop();
        pool.shutdown();
        watches.values().forEach(watch -> watch.mailbox.wake());
        boolean interrupted = false;
        try {
            if (!awaitEnd(end)) {
                LOG.info("Reading takes longer than {}; it is broken off", limit);
                watches.values().forEach(watch -> watch.mailbox.abort());
                pool.shutdownNow();
                awaitEnd(System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
            }
        } catch (InterruptedException stop) {
            interrupted = true;
            watches.values().forEach(watch -> watch.mailbox.abort());
            pool.shutdownNow();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean awaitEnd(long end) throws InterruptedException {
        boolean ended = pool.awaitTermination(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        for (Watch watch : watches.values()) {
            Thread idler = watch.idler;
            if (idler != null) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                idler.join(Math.max(1, left));
                ended &= !idler.isAlive();
            }
        }
        return ended;
    }

    /** Takes note of accounts that came and went. */
    private void refresh() {
        try {
            List<MailAccount> present = poller.accountsWithMailbox();
            Set<AccountKey> keys = present.stream().map(MailAccount::key).collect(Collectors.toSet());
            for (Watch watch : new ArrayList<>(watches.values())) {
                if (!keys.contains(watch.key)) {
                    watches.remove(watch.key);
                    watch.cancel();
                }
            }
            poller.forgetAllBut(present);
            for (MailAccount account : present) {
                Watch known = watches.get(account.key());
                if (known != null && known.mailbox.isChanged(account)) {
                    known.nudge();
                }
                watches.computeIfAbsent(account.key(), key -> {
                    Watch watch = new Watch(key, poller.mailbox(key));
                    watch.schedule(Duration.ZERO);
                    return watch;
                });
            }
        } catch (RuntimeException failed) {
            trouble("accounts", failed, null);
        }
    }

    private void trouble(String part, RuntimeException failed, @Nullable AccountKey key) {
        LOG.error("Polling failed ({}, account {})", part, key, failed);
        parts.announcer().announce(new OperationalEvent.EngineTrouble(part, String.valueOf(failed.getMessage()), key));
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** The reading of one mailbox: at any time it is scheduled, running in the pool, or in its own thread. */
    private final class Watch {
        private final AccountKey key;
        private final Mailbox mailbox;
        private volatile boolean cancelled;
        private volatile @Nullable Thread idler;
        private @Nullable ScheduledFuture<?> next;
        private boolean nudged;
        private @Nullable ScheduledFuture<?> judging;
        private Duration waitingDelay = FIRST_WAIT;

        Watch(AccountKey key, Mailbox mailbox) {
            this.key = key;
            this.mailbox = mailbox;
        }

        private boolean isOver() {
            return stopping || cancelled;
        }

        synchronized void schedule(Duration delay) {
            if (!isOver()) {
                Duration wait = nudged ? Duration.ZERO : delay;
                nudged = false;
                next = pool.schedule(this::turn, wait.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        synchronized void nudge() {
            ScheduledFuture<?> scheduled = next;
            if (scheduled != null && scheduled.cancel(false)) {
                next = null;
                schedule(Duration.ZERO);
            } else {
                nudged = true;
                mailbox.wake();
            }
        }

        synchronized void cancel() {
            cancelled = true;
            ScheduledFuture<?> scheduled = next;
            if (scheduled != null) {
                scheduled.cancel(false);
            }
            mailbox.wake();
        }

        private synchronized void begun() {
            next = null;
            nudged = false;
        }

        /** One turn in the pool. */
        private void turn() {
            begun();
            Duration delay = parts.settings().pollInterval();
            boolean handedOver = false;
            Turn turn = Turn.ofBatches(BATCHES_IN_A_TURN, this::isOver);
            try (StandIns.Watched watched = standIns.watch(turn)) {
                delay = poll(turn);
                if (delay != null && mailbox.canIdle() && !isOver()) {
                    handOver(delay);
                    handedOver = true;
                }
            } catch (RuntimeException failed) {
                trouble("poll", failed, key);
            } finally {
                if (!handedOver && delay != null) {
                    schedule(delay);
                }
            }
        }

        private void handOver(Duration delay) {
            Thread thread = thread(() -> waitAndPoll(delay), "pec-idle-" + key);
            idler = thread;
            thread.start();
        }

        /** Waits and polls in a thread of its own, as long as that goes well. */
        private void waitAndPoll(Duration first) {
            Duration delay = first;
            try {
                while (!isOver() && delay != null && mailbox.canIdle()) {
                    Optional<MailAccount> account = accounts.account(key);
                    if (account.isPresent() && !delay.isZero()) {
                        mailbox.idle(delay, account.get());
                    }
                    begun();
                    if (!isOver()) {
                        delay = poll(Turn.ofBatches(BATCHES_IN_A_TURN, this::isOver));
                    }
                }
            } catch (RuntimeException failed) {
                trouble("poll", failed, key);
                delay = parts.settings().pollInterval();
            } finally {
                idler = null;
                if (delay != null) {
                    schedule(delay);
                }
            }
        }

        /** Polls; returns after what time to poll again, null when the account has no mailbox any more. */
        private @Nullable Duration poll(Turn turn) {
            MailAccount account = accounts.account(key).orElse(null);
            if (account == null || account.imap() == null || isOver()) {
                return null;
            }
            Polled polled = mailbox.poll(account, turn, true);
            if (polled.waiting() > 0) {
                scheduleWaiting(FIRST_WAIT);
            }
            return polled.next();
        }

        private synchronized void scheduleWaiting(Duration delay) {
            waitingDelay = delay;
            if (judging == null && !isOver()) {
                judging = pool.schedule(this::judgeWaiting, delay.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private void judgeWaiting() {
            int waiting = 1;
            try {
                waiting = accounts.account(key)
                        .map(account -> parts.recorder().recordWaiting(account))
                        .orElse(0);
            } catch (RuntimeException failed) {
                LOG.debug("Mails of mailbox {} that wait could not be judged", key, failed);
            }
            synchronized (this) {
                judging = null;
                if (waiting > 0) {
                    Duration twice = waitingDelay.multipliedBy(2);
                    Duration longest = parts.settings().pollInterval();
                    scheduleWaiting(twice.compareTo(longest) < 0 ? twice : longest);
                }
            }
        }
    }
}
