package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.engine.LoopThread;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.LeasedMessage;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages out of the queue and has them transmitted.
 *
 * <p>Each account has a lane of its own: a short stock of leased messages and as many workers as it may have connections. A lane
 * never holds more than the stock, so a backlog of one account delays no other. How a transmission ended goes to one thread that
 * stores many endings in one unit. Another keeps the leases alive, whatever the rest is waiting for.
 *
 * <p>If the process dies: what was leased and not settled becomes a doubt when its lease ends, the rest still waits in the store.
 *
 * <p>{@link #dispatchOnce()} does the same on the caller's thread, one message after the other. Thread-safe.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    /** After so many messages a worker queues up again, behind the workers of other accounts. */
    private static final int TURN = 20;

    private static final int LARGEST_SETTLEMENT = 200;
    private static final int MOST_UNSETTLED = 2_000;
    private static final Duration SETTLE_INTERVAL = Duration.ofSeconds(1);

    private final EventStore store;
    private final AccountSource accounts;
    private final DispatchSettings settings;
    private final Alarm alarm;
    private final InstantSource clock;
    private final Transmitter transmitter;
    private final Settler settler;
    private final SuspendedAccounts suspended;

    private final Map<AccountKey, AccountLane> lanes = new ConcurrentHashMap<>();
    private final Map<MessageKey, MessageVersion> leases = new ConcurrentHashMap<>();
    private final BlockingQueue<Settlement> unsettled = new LinkedBlockingQueue<>(MOST_UNSETTLED);
    private final AtomicInteger underWay = new AtomicInteger();
    private final LoopThread leasing;
    private final LoopThread settling;
    private final LoopThread heartbeat;
    private final ExecutorService workers;
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
        suspended = new SuspendedAccounts(store, accounts);
        transmitter = new Transmitter(store, accounts, sender, rules, suspended, alarm, clock);
        settler = new Settler(store, rules, clock);
        leasing = new LoopThread("dispatch", settings.interval(), this::fillLanes, alarm);
        settling = new LoopThread("settle", SETTLE_INTERVAL, this::settleSome, alarm);
        heartbeat = new LoopThread("heartbeat", settings.leaseDuration().dividedBy(3), this::prolong, alarm);
        AtomicInteger number = new AtomicInteger();
        workers = Executors.newFixedThreadPool(settings.maxTransmissions(), work -> {
            Thread thread = new Thread(work, "pec-mail-proxy-send-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Sends what is due, one message after the other on this thread, and returns when every account had its turn: up to {@link
     * DispatchSettings#leaseAhead()} messages each.
     *
     * @return how many messages were leased
     */
    public int dispatchOnce() {
        suspended.releaseChanged();
        int leased = 0;
        for (MailAccount account : accounts.accounts()) {
            Instant now = clock.instant();
            List<LeaseBatch> batches = store.lease(
                    List.of(new LeaseRequest(account.key(), settings.leaseAhead(), account.rateLimits())),
                    now,
                    now.plus(settings.leaseDuration()));
            for (LeasedMessage message : batches.get(0).messages()) {
                leased++;
                settler.settle(List.of(transmitter.transmit(message)));
            }
        }
        return leased;
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
        lanes.values().forEach(lane -> lane.drain().forEach(leased -> settleLater(transmitter.release(leased))));
        workers.shutdown();
        boolean ended = workers.awaitTermination(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (!ended) {
            LOG.warn("{} transmissions did not end within {}: they will be in doubt", underWay.get(), grace);
            workers.shutdownNow();
        }
        settling.stop();
        settling.join(Duration.ofSeconds(5));
        heartbeat.stop();
        heartbeat.join(Duration.ofSeconds(1));
        try {
            while (!unsettled.isEmpty()) {
                settleSome();
            }
        } catch (StoreException unavailable) {
            alarm.trouble("settle", unavailable, null);
        }
    }

    private boolean fillLanes() {
        suspended.releaseChanged();
        List<LeaseRequest> requests = new ArrayList<>();
        for (MailAccount account : accounts.accounts()) {
            int room = settings.leaseAhead()
                    - lanes.computeIfAbsent(account.key(), key -> new AccountLane()).size();
            // Half a stock at a time: fewer, larger units.
            if (room * 2 >= settings.leaseAhead()) {
                requests.add(new LeaseRequest(account.key(), room, account.rateLimits()));
            }
        }
        if (requests.isEmpty() || stopping) {
            return false;
        }
        Instant now = clock.instant();
        boolean more = false;
        for (LeaseBatch batch : store.lease(requests, now, now.plus(settings.leaseDuration()))) {
            for (LeasedMessage leased : batch.messages()) {
                leases.put(leased.message().key(), MessageVersion.of(leased.message()));
            }
            AccountLane lane = lanes.computeIfAbsent(batch.account(), key -> new AccountLane());
            lane.add(batch.messages());
            more |= !batch.messages().isEmpty();
            startWorkers(batch.account(), lane);
        }
        return more && lanes.values().stream().anyMatch(lane -> lane.size() * 2 <= settings.leaseAhead());
    }

    private void startWorkers(AccountKey key, AccountLane lane) {
        int most = accounts.account(key).map(MailAccount::maxConnections).orElse(1);
        while (lane.claimWorker(most)) {
            submit(lane);
        }
    }

    private void submit(AccountLane lane) {
        try {
            workers.execute(() -> work(lane));
        } catch (RejectedExecutionException stopped) {
            lane.drain().forEach(leased -> settleLater(transmitter.release(leased)));
        }
    }

    private void work(AccountLane lane) {
        for (int turn = 0; turn < TURN; turn++) {
            Optional<LeasedMessage> next = lane.next();
            if (next.isEmpty()) {
                leasing.nudge();
                return;
            }
            LeasedMessage leased = next.get();
            if (stopping) {
                settleLater(transmitter.release(leased));
                continue;
            }
            if (!leases.containsKey(leased.message().key())) {
                continue; // The heartbeat found the lease lost: somebody else decides about this message now.
            }
            underWay.incrementAndGet();
            try {
                settleLater(transmitter.transmit(leased));
            } catch (RuntimeException failure) {
                alarm.trouble("dispatch", failure, null);
                leases.remove(leased.message().key());
            } finally {
                underWay.decrementAndGet();
            }
            if (lane.size() * 2 <= settings.leaseAhead()) {
                leasing.nudge();
            }
        }
        submit(lane);
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

    private boolean settleSome() {
        List<Settlement> batch = new ArrayList<>();
        Settlement first = unsettled.peek();
        if (first == null) {
            return false;
        }
        for (Settlement settlement : unsettled) {
            if (batch.size() == LARGEST_SETTLEMENT) {
                break;
            }
            batch.add(settlement);
        }
        try {
            settler.settle(batch);
        } catch (RetryableStoreException unavailable) {
            // Kept and tried again: what a server has accepted must not be forgotten because a commit failed.
            alarm.trouble("settle", unavailable, null);
            return false;
        } catch (StoreException refused) {
            settleOneByOne(batch);
        }
        for (Settlement settled : batch) {
            unsettled.poll();
            leases.remove(settled.change().message().key());
        }
        return true;
    }

    private void settleOneByOne(List<Settlement> batch) {
        for (Settlement settlement : batch) {
            try {
                settler.settle(List.of(settlement));
            } catch (StoreException refused) {
                // Its lease will end and leave a doubt, which evidence resolves: the others must not wait for it.
                alarm.trouble("settle", refused, null);
            }
        }
    }

    private boolean prolong() {
        List<MessageVersion> held = List.copyOf(leases.values());
        if (held.isEmpty()) {
            return false;
        }
        Set<MessageVersion> lost =
                store.extendLeases(held, clock.instant().plus(settings.leaseDuration()));
        if (!lost.isEmpty()) {
            Set<MessageKey> keys = lost.stream().map(MessageVersion::message).collect(Collectors.toSet());
            lost.forEach(lease -> leases.remove(lease.message(), lease));
            lanes.values().forEach(lane -> lane.drop(keys));
        }
        return false;
    }
}
