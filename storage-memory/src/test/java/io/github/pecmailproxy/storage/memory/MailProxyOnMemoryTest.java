package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.contract.MailProxyContract;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The engine on {@link MemoryEventStore}; closing and opening again shows the same data. */
class MailProxyOnMemoryTest extends MailProxyContract {
    private @Nullable MemoryEventStore store;

    @Override
    protected EventStore openStore(InstantSource clock) {
        MemoryEventStore opened = store == null ? MemoryEventStore.create(clock) : store;
        store = opened;
        return opened;
    }

    @Override
    protected boolean sharesData() {
        return true;
    }
}
