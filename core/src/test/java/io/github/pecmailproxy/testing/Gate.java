package io.github.pecmailproxy.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Holds up those who want to pass, until the test lets them: the one that waits longest, or everybody. Thread-safe. */
public final class Gate {
    private final Map<Object, String> waiting = new LinkedHashMap<>();
    private final List<String> passed = new ArrayList<>();
    private boolean open;

    /** Waits to be let through. */
    public synchronized void pass(String name) {
        Object ticket = new Object();
        waiting.put(ticket, name);
        notifyAll();
        while (!open && waiting.containsKey(ticket)) {
            awaitChange();
        }
        if (waiting.remove(ticket) != null) {
            passed.add(name);
        }
    }

    /** Waits until so many wait: for ever, unless the test has a time limit. */
    public synchronized void awaitWaiting(int count) {
        while (waiting.size() != count) {
            awaitChange();
        }
    }

    /** Lets the one through that waits longest; one must wait. */
    public synchronized void letOneThrough() {
        Object first = waiting.keySet().iterator().next();
        passed.add(waiting.remove(first));
        notifyAll();
    }

    /** Lets one through after the other, each when so many wait, and returns when they do again. */
    public void letThrough(int count, int waiting) {
        for (int i = 0; i < count; i++) {
            awaitWaiting(waiting);
            letOneThrough();
        }
        awaitWaiting(waiting);
    }

    /** Lets everybody through from now on. */
    public synchronized void open() {
        open = true;
        notifyAll();
    }

    /** Returns how many wait. */
    public synchronized int waiting() {
        return waiting.size();
    }

    /** Returns how many of a name wait. */
    public synchronized long waiting(String name) {
        return waiting.values().stream().filter(name::equals).count();
    }

    /** Returns how many of a name were let through. */
    public synchronized long passed(String name) {
        return passed.stream().filter(name::equals).count();
    }

    @SuppressWarnings("WaitNotInLoop") // Callers ask again in a loop.
    private void awaitChange() {
        try {
            wait();
        } catch (InterruptedException disturbed) {
            throw new AssertionError("disturbed, with these waiting: " + waiting.values(), disturbed);
        }
    }
}
