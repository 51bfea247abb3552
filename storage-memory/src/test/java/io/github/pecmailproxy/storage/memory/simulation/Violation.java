package io.github.pecmailproxy.storage.memory.simulation;

/**
 * A broken promise.
 *
 * @param invariant which promise
 * @param detail what happened
 */
record Violation(Invariant invariant, String detail) {}
