package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.MailProxyContract;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The engine on {@link MemoryEventStore}. */
class MailProxyOnMemoryTest extends MailProxyContract {
    private @Nullable MemoryEventStore shared;

    @Override
    protected EventStore openStore(InstantSource clock) {
        if (shared == null) {
            shared = MemoryEventStore.create(clock);
        }
        return StoreHandle.of(shared);
    }
}
