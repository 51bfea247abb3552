package io.github.pecmailproxy.operations;

/**
 * Hears of trouble at once. Called on the engine's threads, after what it speaks of was stored: implementations are thread-safe
 * and quick. What they throw is logged and goes no further.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface OperationsListener {
    /**
     * Hears of something.
     *
     * @param event what happened
     */
    void on(OperationalEvent event);

    /**
     * Hears nothing.
     *
     * @return the listener, never null
     */
    static OperationsListener none() {
        return event -> {};
    }
}
