package io.github.pecmailproxy.storage.memory.simulation;

/** Ends what a node was doing when it died. Whoever catches it can do nothing more: everything the dead node tries throws it again. */
final class Crashed extends Error {
    private static final long serialVersionUID = 1L;

    Crashed() {
        super("the node is dead", null, false, false);
    }
}
