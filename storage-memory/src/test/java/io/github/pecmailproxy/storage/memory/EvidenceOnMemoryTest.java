package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.EvidenceContract;
import java.time.InstantSource;

/** The evidence that a store in memory keeps. */
class EvidenceOnMemoryTest extends EvidenceContract {
    @Override
    protected EventStore openStore(InstantSource clock) {
        return MemoryEventStore.create(clock);
    }
}
