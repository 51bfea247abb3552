package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MessageVersion;
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
    private final String tenant;
    private final Deque<LeasedMessage> waiting = new ArrayDeque<>();
    private int workers;

    /** How many of the workers hold no message. */
    private int ready;

    private boolean slow;

    AccountLane(String tenant) {
        this.tenant = tenant;
    }

    /** Returns whose account it is. */
    String tenant() {
        return tenant;
    }

    synchronized void add(Collection<LeasedMessage> messages) {
        waiting.addAll(messages);
    }

    synchronized int size() {
        return waiting.size();
    }

    /** Claims a worker's place while there is a message that no worker is free for. */
    synchronized boolean claimWorker(int most) {
        if (workers < most && ready < waiting.size()) {
            workers++;
            ready++;
            return true;
        }
        return false;
    }

    /** Takes the next message for a worker that is ready; without one the worker's place is given back. */
    synchronized Optional<LeasedMessage> next() {
        LeasedMessage message = waiting.poll();
        ready--;
        if (message == null) {
            workers--;
        }
        return Optional.ofNullable(message);
    }

    /** Notes that a worker is done with its message and ready for another. */
    synchronized void finished() {
        ready++;
    }

    /** Notes whether the transmission that ended was slow. */
    synchronized void slow(boolean wasSlow) {
        slow = wasSlow;
    }

    /** Tells whether the transmission that ended last was slow. */
    synchronized boolean isSlow() {
        return slow;
    }

    /** Takes out everything that is not begun. */
    synchronized List<LeasedMessage> drain() {
        List<LeasedMessage> all = new ArrayList<>(waiting);
        waiting.clear();
        return all;
    }

    /** Drops messages whose lease was lost. */
    synchronized void drop(Collection<MessageVersion> lost) {
        waiting.removeIf(leased -> lost.contains(MessageVersion.of(leased.message())));
    }
}
