package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.StoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** One of several handles on a store in memory, as several processes have them on a database: each closes by itself. */
final class StoreHandle {
    private static final Set<String> ALWAYS = Set.of("clock", "id", "toString");

    private StoreHandle() {}

    static EventStore of(MemoryEventStore shared) {
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
