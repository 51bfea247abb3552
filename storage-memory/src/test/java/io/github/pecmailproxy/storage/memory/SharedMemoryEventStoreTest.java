package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.contract.EventStoreContract;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/**
 * Runs the contract on several handles, each of which closes by itself, in front of one store in memory: so that what the contract
 * says about nodes that share a store is proved against the reference too.
 */
class SharedMemoryEventStoreTest extends EventStoreContract {
    private static final Set<String> ALWAYS = Set.of("clock", "id", "toString");

    private @Nullable MemoryEventStore shared;

    @Override
    protected EventStore openStore() {
        shared = MemoryEventStore.create();
        return handle(shared);
    }

    @Override
    protected Optional<EventStore> reopen() {
        return Optional.ofNullable(shared).map(SharedMemoryEventStoreTest::handle);
    }

    @AfterEach
    void closeTheSharedStore() {
        if (shared != null) {
            shared.close();
        }
    }

    private static EventStore handle(MemoryEventStore shared) {
        AtomicBoolean closed = new AtomicBoolean();
        return (EventStore) Proxy.newProxyInstance(
                EventStore.class.getClassLoader(), new Class<?>[] {EventStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        closed.set(true);
                        return null;
                    }
                    if (closed.get() && !ALWAYS.contains(method.getName())) {
                        throw new StoreException("the handle is closed", null);
                    }
                    try {
                        return method.invoke(shared, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }
}
