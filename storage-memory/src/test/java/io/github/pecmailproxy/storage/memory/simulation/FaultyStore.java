package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.UncertainCommitException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/** The shared store as one life of a node sees it: a call may fail, or be the last thing the node does. */
final class FaultyStore {
    private static final Set<String> CHANGES = Set.of(
            "enqueue",
            "lease",
            "extendLeases",
            "apply",
            "record",
            "acquire",
            "release",
            "registerSink",
            "acknowledge",
            "suspend",
            "activate");

    private FaultyStore() {}

    static EventStore of(Simulation simulation, Life life) {
        EventStore shared = simulation.store();
        return (EventStore) Proxy.newProxyInstance(
                EventStore.class.getClassLoader(),
                new Class<?>[] {EventStore.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "id" -> simulation.storeId();
                    case "clock" -> simulation.time();
                    case "close" -> null;
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    case "toString" -> "store of " + life.name();
                    default -> {
                        String name = method.getName();
                        boolean change = CHANGES.contains(name);
                        life.reach("before " + name);
                        if (simulation.happens(Fault.STORE_UNAVAILABLE)) {
                            simulation.trace().add(life.name(), name, " fails: the store is unavailable");
                            throw new RetryableStoreException("the store is unavailable", null);
                        }
                        Object result;
                        try {
                            result = method.invoke(shared, arguments);
                        } catch (InvocationTargetException failed) {
                            throw failed.getCause();
                        }
                        if (change) {
                            simulation.trace().add(life.name(), name, " -> ", result);
                            simulation.ledger().stored(life, name, arguments, result);
                        }
                        life.reach("after " + name);
                        if (change && simulation.happens(Fault.COMMIT_UNCERTAIN)) {
                            simulation.trace().add(life.name(), name, " is done, but does not tell");
                            throw new UncertainCommitException("the connection broke at the commit", null);
                        }
                        yield result;
                    }
                });
    }
}
