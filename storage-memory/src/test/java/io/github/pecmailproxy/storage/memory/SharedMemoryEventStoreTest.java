package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.EventStoreContract;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/**
 * Runs the contract on several handles, each of which closes by itself, in front of one store in memory: so that what the contract
 * says about nodes that share a store is proved against the reference too.
 */
class SharedMemoryEventStoreTest extends EventStoreContract {
    private @Nullable MemoryEventStore shared;

    @Override
    protected EventStore openStore() {
        shared = MemoryEventStore.create();
        return StoreHandle.of(shared);
    }

    @Override
    protected Optional<EventStore> reopen() {
        return Optional.ofNullable(shared).map(StoreHandle::of);
    }

    @AfterEach
    void closeTheSharedStore() {
        if (shared != null) {
            shared.close();
        }
    }
}
