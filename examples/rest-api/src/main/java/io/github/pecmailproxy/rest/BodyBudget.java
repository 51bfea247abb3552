package io.github.pecmailproxy.rest;

/**
 * Limits how many bytes of request bodies are in memory at once, over all requests: each is held several times over while its message is
 * read and composed, so that a few large ones together would take the memory of everything else here. Thread-safe.
 */
final class BodyBudget {
    /** What a body may have without counting: small requests go on while large ones fill the budget. */
    static final int FREE = 64 << 10;

    /** While it becomes a message, a body takes up to seven times its size; the rest of the memory is for others. */
    private static final int SHARE_OF_MEMORY = 10;

    private final long most;
    private long taken;

    BodyBudget(long most) {
        this.most = most;
    }

    /** Makes a budget that fits the memory, and at least one body of the greatest size. */
    static BodyBudget of(long largestBody, long memory) {
        return new BodyBudget(Math.max(largestBody, memory / SHARE_OF_MEMORY));
    }

    synchronized boolean take(long bytes) {
        if (bytes > most - taken) {
            return false;
        }
        taken += bytes;
        return true;
    }

    synchronized void giveBack(long bytes) {
        taken -= bytes;
    }
}
