package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.MailProxyBuilder;
import io.github.pecmailproxy.SimulatedProxies;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.storage.memory.MemoryEventStore;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Some days in the life of two nodes that share a store: real engines, driven on one thread by a scheduler that follows from the seed
 * alone. Nodes die and stand still at any step to the store or the network, everything that can fail does, the clock jumps, mail comes
 * out of order and twice. Then the trouble ends, and everything must come right.
 */
final class Simulation {
    static final Instant START = Instant.parse("2026-11-23T08:00:00Z");

    private static final ProviderTrust UNUSED_TRUST =
            ProviderTrust.builder().defaultAnchors().build();
    private static final int TURNS = 220;
    private static final int MOST_QUIET_ROUNDS = 160;
    private static final int DEEPEST = 2;
    private static final List<Duration> STEPS = List.of(
            Duration.ofSeconds(5),
            Duration.ofSeconds(40),
            Duration.ofMinutes(2),
            Duration.ofMinutes(7),
            Duration.ofMinutes(31),
            Duration.ofHours(2),
            Duration.ofHours(5));

    private final Mutation mutation;
    private final SplittableRandom random;
    private final SimulatedTime time = new SimulatedTime(START);
    private final Trace trace;
    private final MemoryEventStore store = MemoryEventStore.create(time);
    private final Ledger ledger = new Ledger(this);
    private final SimulatedProvider provider;
    private final SimulatedHost host;
    private final Map<Fault, Double> faults = new EnumMap<>(Fault.class);
    private final String storeId;
    private final Life[] nodes = new Life[2];
    private int lives;
    private int depth;
    private boolean quiet;
    private @Nullable Violation violation;

    /**
     * Creates a simulation.
     *
     * @param seed everything follows from it
     * @param mutation what is changed of the engine
     * @param traced whether to keep what happened
     */
    Simulation(long seed, Mutation mutation, boolean traced) {
        this.mutation = mutation;
        trace = new Trace(time, traced);
        random = new SplittableRandom(seed);
        storeId = String.format(java.util.Locale.ROOT, "%032x", random.nextLong() >>> 1);
        provider = new SimulatedProvider(this, random.split());
        host = new SimulatedHost(this, random.split());
        for (Fault fault : Fault.values()) {
            // Some runs know nothing of a fault, in others it is common: both find what the average hides.
            double strength = List.of(0.0, 0.5, 1.0, 3.0).get(random.nextInt(4));
            faults.put(fault, Math.min(0.9, fault.probability() * strength));
        }
        for (int node = 0; node < nodes.length; node++) {
            nodes[node] = new Life(this, "unborn");
            nodes[node].die();
        }
    }

    /** Runs to the end, or to the first broken promise. */
    Optional<Violation> run() {
        for (int turn = 0; turn < TURNS && violation == null; turn++) {
            turn();
            ledger.checkMailboxes();
        }
        if (violation == null) {
            comeToRest();
        }
        if (violation == null) {
            ledger.checkTheEnd();
        }
        return Optional.ofNullable(violation);
    }

    private void turn() {
        int kind = random.nextInt(100);
        int node = random.nextInt(nodes.length);
        if (kind < 24) {
            pass(STEPS.get(random.nextInt(STEPS.size())));
        } else if (kind < 36) {
            nodes[node].run("enqueue", host::enqueue);
        } else if (kind < 52) {
            nodes[node].run("dispatch", proxy -> proxy.steps().dispatchOnce());
        } else if (kind < 68) {
            nodes[node].run("poll", proxy -> proxy.steps().pollOnce());
        } else if (kind < 78) {
            nodes[node].run("timeouts", proxy -> proxy.steps().checkTimeoutsOnce());
        } else if (kind < 86) {
            nodes[node].run("report", proxy -> proxy.steps().reportOnce());
        } else if (kind < 90) {
            provider.mischief();
        } else if (kind < 92) {
            nodes[node].run("operate", host::operate);
        } else if (kind < 94) {
            activate(nodes[node]);
        } else if (kind < 95 && depth == 0) {
            setClock();
        } else if (kind < 96 && depth == 0 && !nodes[node].isDead()) {
            leave(nodes[node]);
        } else if (nodes[node].isDead()) {
            start(node);
        }
    }

    private void pass(Duration duration) {
        time.advance(duration);
        provider.deliverDue();
    }

    private void setClock() {
        Duration jump = switch (random.nextInt(4)) {
            case 0 -> Duration.ofHours(1 + random.nextInt(3));
            case 1 -> Duration.ofMinutes(1 + random.nextInt(10));
            default -> Duration.ofSeconds(-1 - random.nextInt(90));
        };
        trace.add("clock", "jumps by ", jump);
        time.setClock(jump);
    }

    private void activate(Life life) {
        life.run("activate", proxy -> {
            for (MailAccount account : SimulatedAccounts.ALL) {
                proxy.queue().activate(new SuspensionScope.Account(account.key()));
            }
        });
    }

    private void leave(Life life) {
        life.run("leave", MailProxy::close);
        life.die();
    }

    private void start(int node) {
        Life life = new Life(this, "node" + (node + 1) + "." + ++lives);
        trace.add(life.name(), "starts");
        try {
            MailProxyBuilder builder = MailProxy.builder()
                    .store(mutation.store(FaultyStore.of(this, life)))
                    .trust(UNUSED_TRUST)
                    .smtpSender(mutation.sender(new SimulatedSender(this, life)))
                    .operations(event -> scan(event.toString()))
                    .reports(mutation.sink(new SimulatedSink(this, life)));
            SimulatedAccounts.ALL.forEach(builder::account);
            life.born(SimulatedProxies.build(
                    builder,
                    mutation.mailboxes(account -> SimulatedMailbox.connect(this, life, account), provider),
                    mutation.signatures(SimulatedReceipt::verify),
                    life.name(),
                    random.split()));
            nodes[node] = life;
        } catch (Crashed | StoreException failed) {
            trace.add(life.name(), "cannot start");
        }
    }

    /** Ends all trouble and lets the nodes go on until nothing is left to do. */
    private void comeToRest() {
        quiet = true;
        trace.add("world", "all trouble ends");
        for (int node = 0; node < nodes.length; node++) {
            if (nodes[node].isDead()) {
                start(node);
            }
        }
        for (int round = 0; round < MOST_QUIET_ROUNDS && violation == null; round++) {
            pass(round < 40 ? Duration.ofMinutes(6) : Duration.ofMinutes(90));
            activate(nodes[0]);
            Life node = nodes[round % nodes.length];
            node.run("enqueue", host::repeat);
            node.run("dispatch", proxy -> proxy.steps().dispatchOnce());
            node.run("poll", proxy -> proxy.steps().pollOnce());
            node.run("timeouts", proxy -> proxy.steps().checkTimeoutsOnce());
            node.run("report", proxy -> proxy.steps().reportOnce());
            ledger.checkMailboxes();
            if (provider.nextDue().isEmpty() && host.isDone() && ledger.isSettled()) {
                return;
            }
        }
    }

    /** Lets a node die, or stand still while everybody else goes on. */
    void interrupt(Life life, String point) {
        if (happens(Fault.CRASH)) {
            trace.add(life.name(), "dies ", point);
            life.die();
        } else if (depth < DEEPEST && happens(Fault.PAUSE)) {
            trace.add(life.name(), "stands still ", point);
            depth++;
            for (int turns = random.nextInt(1, 9); turns > 0 && violation == null; turns--) {
                turn();
            }
            depth--;
            trace.add(life.name(), "goes on");
        }
    }

    boolean happens(Fault fault) {
        return !quiet && random.nextDouble() < faults.get(fault);
    }

    int choose(int bound) {
        return random.nextInt(bound);
    }

    void stepFailed(Life life, String loop, RuntimeException failure) {
        trace.add(life.name(), loop, " fails: ", failure);
        scan(failure.toString());
        if (!(failure instanceof StoreException)) {
            violated(Invariant.NOTHING_STOPS_OTHERS, loop + " fails with " + failure);
        }
    }

    /** Looks for secrets in what people get to see. */
    void scan(@Nullable String text) {
        if (text != null && text.contains(SimulatedAccounts.SECRET)) {
            violated(Invariant.SECRETS_STAY_SECRET, text);
        }
    }

    void violated(Invariant invariant, String detail) {
        if (violation == null) {
            violation = new Violation(invariant, detail);
            trace.add("VIOLATION", invariant, " ", detail);
        }
    }

    Duration lasted() {
        return Duration.between(START, time.world());
    }

    List<String> lines() {
        return new ArrayList<>(trace.lines());
    }

    Trace trace() {
        return trace;
    }

    Ledger ledger() {
        return ledger;
    }

    SimulatedProvider provider() {
        return provider;
    }

    SimulatedTime time() {
        return time;
    }

    MemoryEventStore store() {
        return store;
    }

    String storeId() {
        return storeId;
    }

    SplittableRandom random() {
        return random;
    }
}
