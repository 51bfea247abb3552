package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.store.EventStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Proves that a store keeps what {@link EventStore} promises. To prove yours, extend this class in a test of your own:
 *
 * <pre>{@code
 * class MyEventStoreTest extends EventStoreContract {
 *     @Override
 *     protected EventStore openStore() {
 *         return MyEventStore.create(emptyDirectory());
 *     }
 * }
 * }</pre>
 *
 * <p>What to override:
 *
 * <ul>
 *   <li>{@link #openStore()}: always.
 *   <li>{@link #reopen()}: when several handles (nodes, processes) can share the data, or the data outlive a handle. Without it
 *       everything about several handles and about durability is skipped, and unproven.
 *   <li>{@link #countsExactly()}: when {@link EventStore#statistics} is approximate.
 *   <li>{@link #modelSteps()}: when the store is so slow that the random test takes too long.
 * </ul>
 *
 * <p>Time is made up throughout: no test asks what time it is, sleeps, or fails because a machine is slow. Where threads
 * compete, a {@link io.github.pecmailproxy.store.RetryableStoreException} is answered by calling again, as any caller must.
 *
 * @since 0.1.0
 */
public abstract class EventStoreContract
        implements IdentityContract,
                EnqueueContract,
                LeaseContract,
                RateLimitContract,
                SettleContract,
                OverdueContract,
                LookupContract,
                ExactnessContract,
                RecordContract,
                ReceiptLookupContract,
                ExclusiveLeaseContract,
                ReportContract,
                SuspensionContract,
                StatisticsContract,
                PurgeContract,
                AccountContract,
                ConcurrencyContract,
                SeveralHandlesContract,
                ModelContract {
    private final Deque<EventStore> opened = new ArrayDeque<>();
    private @Nullable EventStore store;

    /**
     * Opens a store that is empty, whatever earlier tests left behind. Called once before each test.
     *
     * @return the store; the contract closes it
     * @throws Exception if it cannot be opened
     */
    protected abstract EventStore openStore() throws Exception;

    /**
     * Opens another handle on the data of the store that {@link #openStore()} returned last, as a second node or a restarted
     * process would. Called any number of times in a test, before and after that store was closed.
     *
     * @return the handle, which the contract closes; empty when the data belong to one handle only
     * @throws Exception if it cannot be opened
     */
    protected Optional<EventStore> reopen() throws Exception {
        return Optional.empty();
    }

    @Override
    public boolean countsExactly() {
        return true;
    }

    @Override
    public int modelSteps() {
        return 250;
    }

    @BeforeEach
    final void openFreshStore() throws Exception {
        store = openStore();
        opened.push(store);
    }

    @AfterEach
    final void closeWhatWasOpened() {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    @Override
    public final EventStore store() {
        if (store == null) {
            throw new IllegalStateException("the store is opened before each test");
        }
        return store;
    }

    @Override
    public final Optional<EventStore> anotherHandle() {
        try {
            Optional<EventStore> handle = reopen();
            handle.ifPresent(opened::push);
            return handle;
        } catch (Exception failed) {
            throw new AssertionError("another handle cannot be opened", failed);
        }
    }
}
