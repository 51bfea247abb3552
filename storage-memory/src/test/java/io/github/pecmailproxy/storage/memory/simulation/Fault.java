package io.github.pecmailproxy.storage.memory.simulation;

/** What may go wrong, and how often at a point where it can. Each run leaves some out and has some more often. */
enum Fault {
    CRASH(0.002),
    PAUSE(0.01),
    STORE_UNAVAILABLE(0.006),
    COMMIT_UNCERTAIN(0.006),
    NOT_SENT(0.12),
    ACCOUNT_REFUSED(0.02),
    REFUSED_FOR_NOW(0.06),
    REFUSED_FOR_GOOD(0.04),
    NO_REPLY_NOT_TAKEN(0.08),
    NO_REPLY_TAKEN(0.1),
    MAILBOX_UNREACHABLE(0.05),
    LOGIN_REFUSED(0.01),
    MAILBOX_CUT(0.02),
    SINK_FAILS(0.08),
    SINK_WANTS_SOME_AGAIN(0.1),
    SINK_FAILS_AFTERWARDS(0.05);

    private final double probability;

    Fault(double probability) {
        this.probability = probability;
    }

    double probability() {
        return probability;
    }
}
