package io.github.pecmailproxy.sandbox;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The connections that are in IDLE. Thread-safe. */
final class IdleRoom {
    /** One of them. */
    interface Idler {
        /** Tells the client what changed, unless the room is silent. */
        void wakeUp();

        /** Cuts the connection. */
        void drop();
    }

    private final Set<Idler> idlers = ConcurrentHashMap.newKeySet();
    private volatile boolean silent;

    void enter(Idler idler) {
        idlers.add(idler);
    }

    void leave(Idler idler) {
        idlers.remove(idler);
    }

    boolean isSilent() {
        return silent;
    }

    void silence(boolean quiet) {
        silent = quiet;
        idlers.forEach(Idler::wakeUp);
    }

    void dropAll() {
        idlers.forEach(Idler::drop);
    }

    int size() {
        return idlers.size();
    }
}
