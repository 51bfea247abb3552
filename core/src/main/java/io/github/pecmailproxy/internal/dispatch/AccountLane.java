package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.LeasedMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The messages of one account that are leased and not begun, and how many workers are at it. Thread-safe; nothing is done under its
 * lock but bookkeeping.
 */
final class AccountLane {
    private final Deque<LeasedMessage> waiting = new ArrayDeque<>();
    private int workers;

    synchronized void add(Collection<LeasedMessage> messages) {
        waiting.addAll(messages);
    }

    synchronized int size() {
        return waiting.size();
    }

    /** Claims a worker's place while there is work for one more. */
    synchronized boolean claimWorker(int most) {
        if (workers < most && workers < waiting.size()) {
            workers++;
            return true;
        }
        return false;
    }

    /** Takes the next message for a worker; without one the worker's place is given back. */
    synchronized Optional<LeasedMessage> next() {
        LeasedMessage message = waiting.poll();
        if (message == null) {
            workers--;
        }
        return Optional.ofNullable(message);
    }

    /** Takes out everything that is not begun. */
    synchronized List<LeasedMessage> drain() {
        List<LeasedMessage> all = new ArrayList<>(waiting);
        waiting.clear();
        return all;
    }

    /** Drops messages whose lease was lost. */
    synchronized void drop(Collection<MessageKey> lost) {
        waiting.removeIf(leased -> lost.contains(leased.message().key()));
    }
}
