package io.github.pecmailproxy.internal.smtp;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches over one connection: closes its socket when a step takes too long. A read time-out of the socket alone would not do: a server
 * that sends one byte a minute never reaches it, and it does not bound writing. Closing the socket below TLS ends reading and writing
 * at once, where closing TLS would wait for them. Thread-safe.
 */
final class SocketGuard {
    private static final long NO_DEADLINE = 0;

    private final LongSupplier nanoTime;
    private volatile @Nullable Socket socket;
    private volatile long deadline = NO_DEADLINE;
    private volatile @Nullable Duration allowed;
    private volatile boolean expired;
    private volatile boolean closed;

    /**
     * Creates a guard with nothing to watch yet.
     *
     * @param nanoTime a time in nanoseconds that only goes forward, such as {@link System#nanoTime()}
     */
    SocketGuard(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Names the socket to close, the one below TLS. */
    void watch(Socket lowest) {
        socket = lowest;
        if (closed) {
            close();
        }
    }

    /** Starts a step. */
    void allow(Duration time) {
        allowed = time;
        long end = nanoTime.getAsLong() + time.toNanos();
        deadline = end == NO_DEADLINE ? 1 : end;
    }

    /** Ends a step: nothing is under way. */
    void rest() {
        deadline = NO_DEADLINE;
    }

    /** Closes the socket if the step has taken too long. */
    void check() {
        long end = deadline;
        if (end != NO_DEADLINE && nanoTime.getAsLong() - end >= 0) {
            expired = true;
            close();
        }
    }

    /** Closes the socket now. */
    void close() {
        closed = true;
        Socket watched = socket;
        if (watched != null) {
            try {
                watched.close();
            } catch (IOException alreadyGone) {
                // Closed is all it was to be.
                return;
            }
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** How long the step was allowed that took too long; null when none did. */
    @Nullable
    Duration exceeded() {
        return expired ? allowed : null;
    }
}
