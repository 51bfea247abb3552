package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.RateLimitAction;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.engine.LoopThread;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageVersion;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages out of the queue and has them transmitted.
 *
 * <p>Each account has a lane of its own: a short stock of leased messages and as many workers as it may have connections. A lane
 * never holds more than the stock, so a backlog of one account delays no other. Where more workers want to transmit than may at once, the
 * tenants share the places, however many accounts each has ({@link TenantTurns}). While transmissions are slow, further threads stand
 * in for them ({@link SlowTransmissions}), so servers that hang delay no other account for long. How a transmission ended goes to one
 * thread that stores many endings in one unit. Another keeps the leases alive, whatever the rest is waiting for.
 *
 * <p>If the process dies: what was leased and not settled becomes a doubt when its lease ends, the rest still waits in the store.
 *
 * <p>{@link #dispatchOnce()} does the same on the caller's thread, one message after the other. Thread-safe.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    /** After so many messages a worker waits for its turn again. */
    private static final int TURN = 20;

    private static final int LARGEST_SETTLEMENT = 200;
    private static final int MOST_UNSETTLED = 2_000;
    private static final Duration SETTLE_INTERVAL = Duration.ofSeconds(1);

    /** So long a stop waits for the store at least, however short its grace. */
    private static final Duration LAST_SETTLEMENT = Duration.ofSeconds(5);

    private final EventStore store;
    private final AccountSource accounts;
    private final DispatchSettings settings;
    private final Alarm alarm;
    private final InstantSource clock;
    private final Transmitter transmitter;
    private final Settler settler;
    private final SuspendedAccounts suspended;

    private final Map<AccountKey, AccountLane> lanes = new ConcurrentHashMap<>();

    /** The leases that are held and when each ends. */
    private final Map<MessageVersion, Instant> leases = new ConcurrentHashMap<>();

    /** What is to be stored, in order. Whoever holds the lock stores its head and takes it out; anybody may add. */
    private final BlockingQueue<Settlement> unsettled = new LinkedBlockingQueue<>(MOST_UNSETTLED);

    private final ReentrantLock settlement = new ReentrantLock();
    private final Object settled = new Object();
    private final AtomicInteger underWay = new AtomicInteger();
    private final LoopThread leasing;
    private final LoopThread settling;
    private final LoopThread heartbeat;
    private final ThreadPoolExecutor workers;
    private final TenantTurns turns = new TenantTurns();
    private final SlowTransmissions slow;
    private volatile boolean stopping;

    /**
     * Creates a dispatcher; {@link #start()} starts it.
     *
     * @param store where the messages are
     * @param accounts the accounts to send with
     * @param sender hands messages to servers
     * @param rules what endings make of messages
     * @param settings how to work
     * @param alarm told of trouble
     * @param clock the engine's clock
     */
    public Dispatcher(
            EventStore store,
            AccountSource accounts,
            SmtpSender sender,
            TransmissionRules rules,
            DispatchSettings settings,
            Alarm alarm,
            InstantSource clock) {
        this.store = store;
        this.accounts = accounts;
        this.settings = settings;
        this.alarm = alarm;
        this.clock = clock;
        suspended = new SuspendedAccounts(store, accounts, clock);
        transmitter = new Transmitter(accounts, sender, rules, suspended, alarm, clock);
        settler = new Settler(store, rules, clock);
        leasing = new LoopThread("dispatch", settings.interval(), this::fillLanes, alarm);
        settling = new LoopThread("settle", SETTLE_INTERVAL, this::settleSome, alarm);
        heartbeat = new LoopThread("heartbeat", settings.leaseDuration().dividedBy(3), this::prolong, alarm);
        AtomicInteger number = new AtomicInteger();
        workers = new ThreadPoolExecutor(
                settings.maxTransmissions(),
                settings.maxTransmissions(),
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                work -> {
                    Thread thread = new Thread(work, "pec-mail-proxy-send-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        slow = new SlowTransmissions(workers, turns, clock);
    }

    /** Returns the loops that run between {@link #start()} and the stop. */
    public Stream<LoopThread> loops() {
        return Stream.of(leasing, settling, heartbeat);
    }

    /**
     * Sends what is due, one message after the other on this thread, and returns when every account had its turn: up to {@link
     * DispatchSettings#leaseAhead()} messages each. What cannot be stored is kept and stored by the next call.
     *
     * @return how many messages were leased
     */
    public int dispatchOnce() {
        suspended.releaseChanged();
        settleAll();
        int leased = 0;
        for (MailAccount account : accounts.accounts()) {
            leased += dispatch(account);
        }
        return leased;
    }

    private int dispatch(MailAccount account) {
        Instant now = clock.instant();
        LeaseRequest request = new LeaseRequest(account.key(), settings.leaseAhead(), account.rateLimits());
        LeaseBatch batch = lease(List.of(request), now).get(0);
        rejectOverLimit(batch, now);
        List<LeasedMessage> messages = batch.messages();
        if (messages.isEmpty()) {
            return 0;
        }
        AccountLane lane = new AccountLane(account.key().tenant());
        lane.add(messages);
        lane.claimWorker(1);
        Instant renewAt = now.plus(settings.leaseDuration().dividedBy(3));
        for (Optional<LeasedMessage> next = lane.next(); next.isPresent(); next = lane.next()) {
            if (!clock.instant().isBefore(renewAt)) {
                renewAt = clock.instant().plus(settings.leaseDuration().dividedBy(3));
                prolongIfPossible(account);
            }
            handle(next.get(), lane);
            lane.finished();
            if (!settleAll()) {
                lane.drain().forEach(this::giveBack);
            }
        }
        return messages.size();
    }

    private void prolongIfPossible(MailAccount account) {
        try {
            prolong();
        } catch (StoreException unavailable) {
            alarm.trouble("heartbeat", unavailable, account.key());
        }
    }

    /** Starts the threads. */
    public void start() {
        settling.start();
        heartbeat.start();
        leasing.start();
    }

    /** Looks at the queue at once. */
    public void nudge() {
        leasing.nudge();
    }

    /**
     * Stops: leases nothing more, gives back at once what is not begun, lets what is on the wire end within a time. What has not
     * ended then becomes a doubt when its lease ends.
     *
     * @param grace how long to wait for what is on the wire
     */
    public void stop(Duration grace) throws InterruptedException {
        long end = System.nanoTime() + grace.toNanos();
        stopping = true;
        leasing.stop();
        leasing.join(grace);
        lanes.values().forEach(lane -> lane.drain().forEach(this::giveBack));
        workers.shutdown();
        // Nobody is interrupted: a thread that is reading from a store in a file would have the file closed under
        // everybody.
        if (!workers.awaitTermination(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
            LOG.warn("{} transmissions did not end within {}: they will be in doubt", underWay.get(), grace);
        }
        awaitSettled(Math.max(end, System.nanoTime() + LAST_SETTLEMENT.toNanos()));
        settling.stop();
        settling.join(LAST_SETTLEMENT);
        heartbeat.stop();
        heartbeat.join(Duration.ofSeconds(1));
        if (!unsettled.isEmpty()) {
            LOG.warn("{} endings could not be stored: those messages will be in doubt", unsettled.size());
        }
    }

    /** Waits until everything is stored: the settling thread goes on trying meanwhile. */
    private void awaitSettled(long end) throws InterruptedException {
        settleAll();
        settling.nudge();
        synchronized (settled) {
            long left = end - System.nanoTime();
            while (!unsettled.isEmpty() && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(settled, left);
                left = end - System.nanoTime();
            }
        }
    }

    private boolean fillLanes() {
        slow.look();
        suspended.releaseChanged();
        List<LeaseRequest> requests = new ArrayList<>();
        for (MailAccount account : accounts.accounts()) {
            int room = settings.leaseAhead() - lane(account.key()).size();
            // Half a stock at a time: fewer, larger units.
            if (room * 2 >= settings.leaseAhead()) {
                requests.add(new LeaseRequest(account.key(), room, account.rateLimits()));
            }
        }
        if (requests.isEmpty() || stopping) {
            return false;
        }
        boolean more = false;
        Instant now = clock.instant();
        for (LeaseBatch batch : lease(requests, now)) {
            more |= rejectOverLimit(batch, now);
            AccountLane lane = lane(batch.account());
            lane.add(batch.messages());
            more |= !batch.messages().isEmpty();
            startWorkers(batch.account(), lane);
        }
        return more && lanes.values().stream().anyMatch(lane -> lane.size() * 2 <= settings.leaseAhead());
    }

    private AccountLane lane(AccountKey account) {
        return lanes.computeIfAbsent(account, key -> new AccountLane(key.tenant()));
    }

    private List<LeaseBatch> lease(List<LeaseRequest> requests, Instant now) {
        Instant until = now.plus(settings.leaseDuration());
        List<LeaseBatch> batches = store.lease(requests, now, until);
        for (LeaseBatch batch : batches) {
            batch.messages().forEach(leased -> leases.put(MessageVersion.of(leased.message()), until));
        }
        return batches;
    }

    /**
     * Rejects what a rate limit holds back, where the account wants that. It is leased for this, past the limit, which is used up at this
     * time whoever asks: so no other node sends it meanwhile. If the process dies before the rejection is stored, the lease ends and leaves
     * a doubt, as any lease does.
     *
     * @return whether there may be more to reject
     */
    private boolean rejectOverLimit(LeaseBatch batch, Instant now) {
        Instant limitedUntil = batch.limitedUntil();
        if (limitedUntil == null
                || accounts.account(batch.account())
                        .filter(account -> account.rateLimitAction() == RateLimitAction.REJECT)
                        .isEmpty()) {
            return false;
        }
        List<LeasedMessage> over = lease(
                        List.of(new LeaseRequest(batch.account(), settings.leaseAhead(), List.of())), now)
                .get(0)
                .messages();
        over.forEach(leased -> settleLater(transmitter.overRateLimit(leased, limitedUntil)));
        return !over.isEmpty();
    }

    private void startWorkers(AccountKey key, AccountLane lane) {
        int most = accounts.account(key).map(MailAccount::maxConnections).orElse(1);
        while (lane.claimWorker(most)) {
            submit(lane);
        }
    }

    private void submit(AccountLane lane) {
        turns.await(lane);
        try {
            workers.execute(() -> turns.next().ifPresent(this::work));
        } catch (RejectedExecutionException stopped) {
            // As many wait as there are threads to come: one that waits goes without.
            turns.next().ifPresent(this::dismiss);
        }
    }

    private void dismiss(AccountLane lane) {
        lane.drain().forEach(this::giveBack);
        turns.ended(lane);
    }

    private void work(AccountLane lane) {
        boolean more;
        try {
            more = takeTurn(lane);
        } finally {
            turns.ended(lane);
        }
        if (more) {
            submit(lane);
        } else {
            leasing.nudge();
        }
    }

    /** Transmits one message after the other, and returns whether there may be more when the turn is over. */
    private boolean takeTurn(AccountLane lane) {
        // An account gives way after each message if it was slow, or if a place of its tenant is due to another.
        for (int turn = 0; turn == 0 || (turn < TURN && !lane.isSlow() && !turns.isDueToAnother(lane)); turn++) {
            Optional<LeasedMessage> next = lane.next();
            if (next.isEmpty()) {
                return false;
            }
            try {
                handle(next.get(), lane);
            } finally {
                lane.finished();
            }
            if (lane.size() * 2 <= settings.leaseAhead()) {
                leasing.nudge();
            }
        }
        return true;
    }

    private void handle(LeasedMessage leased, AccountLane lane) {
        MessageVersion lease = MessageVersion.of(leased.message());
        Instant until = leases.get(lease);
        if (until == null) {
            return; // The heartbeat found the lease lost: somebody else decides about this message now.
        }
        // After a pause of the process, or while the store is away, a lease may have ended that nobody noticed: another
        // node may
        // be at the message already.
        if (stopping || !clock.instant().isBefore(until)) {
            giveBack(leased);
            return;
        }
        underWay.incrementAndGet();
        try {
            Settlement ending = slow.watch(lane, () -> transmitter.transmit(leased));
            settleLater(ending);
            if (ending.outcome()
                    .filter(SendOutcome.AccountRefused.class::isInstance)
                    .isPresent()) {
                // Every further login would be refused the same way, and bring the account closer to being locked.
                lane.drain().forEach(this::giveBack);
            }
        } catch (RuntimeException | Error failure) {
            alarm.trouble("dispatch", failure, null);
            leases.remove(lease);
        } finally {
            underWay.decrementAndGet();
        }
    }

    /** Gives a lease back whose transmission was not begun; where the store is too far behind for that, it ends by itself. */
    private void giveBack(LeasedMessage leased) {
        if (unsettled.offer(transmitter.release(leased))) {
            settling.nudge();
        } else {
            leases.remove(MessageVersion.of(leased.message()));
        }
    }

    private void settleLater(Settlement settlement) {
        boolean interrupted = false;
        while (true) {
            try {
                unsettled.put(settlement);
                break;
            } catch (InterruptedException stopped) {
                interrupted = true;
                if (unsettled.offer(settlement)) {
                    break;
                }
            }
        }
        settling.nudge();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean settleAll() {
        boolean more;
        do {
            more = settleSome();
        } while (more);
        return unsettled.isEmpty();
    }

    private boolean settleSome() {
        if (!settlement.tryLock()) {
            return false;
        }
        try {
            List<Settlement> batch =
                    unsettled.stream().limit(LARGEST_SETTLEMENT).toList();
            return !batch.isEmpty() && settle(batch);
        } finally {
            settlement.unlock();
            synchronized (settled) {
                settled.notifyAll();
            }
        }
    }

    private boolean settle(List<Settlement> batch) {
        try {
            settler.settle(batch);
        } catch (RetryableStoreException unavailable) {
            // Kept and tried again: what a server has accepted must not be forgotten because a commit failed.
            alarm.trouble("settle", unavailable, null);
            return false;
        } catch (RuntimeException refused) {
            return settleOneByOne(batch);
        }
        batch.forEach(this::done);
        return true;
    }

    private boolean settleOneByOne(List<Settlement> batch) {
        for (Settlement one : batch) {
            try {
                settler.settle(List.of(one));
            } catch (RetryableStoreException unavailable) {
                alarm.trouble("settle", unavailable, null);
                return false; // This one and those behind it are kept.
            } catch (RuntimeException refused) {
                // Its lease will end and leave a doubt, which evidence resolves: the others must not wait for it.
                alarm.trouble("settle", refused, null);
            }
            done(one);
        }
        return true;
    }

    /** Takes out the head of the queue. */
    private void done(Settlement head) {
        unsettled.poll();
        MessageChange change = head.change();
        leases.remove(new MessageVersion(change.message().key(), change.expectedVersion()));
    }

    private boolean prolong() {
        Set<MessageVersion> held = Set.copyOf(leases.keySet());
        if (held.isEmpty()) {
            return false;
        }
        Instant until = clock.instant().plus(settings.leaseDuration());
        Set<MessageVersion> lost = store.extendLeases(held, until);
        lost.forEach(leases::remove);
        lanes.values().forEach(lane -> lane.drop(lost));
        for (MessageVersion lease : held) {
            leases.computeIfPresent(lease, (same, end) -> until);
        }
        return false;
    }
}
