package io.github.pecmailproxy.internal.imap;

import java.util.ArrayList;
import java.util.List;

/** Counts what is done to the outside world, and lets the process end at a chosen step. */
final class Steps {
    private final List<String> taken = new ArrayList<>();
    private int crashAt = -1;

    synchronized void step(String what) {
        taken.add(what);
        if (taken.size() - 1 == crashAt) {
            crashAt = -1;
            throw new Crash("at step " + (taken.size() - 1) + ": " + what);
        }
    }

    synchronized void crashAt(int step) {
        crashAt = step;
    }

    synchronized List<String> taken() {
        return List.copyOf(taken);
    }

    synchronized void clear() {
        taken.clear();
    }
}
