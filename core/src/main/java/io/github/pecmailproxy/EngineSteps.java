package io.github.pecmailproxy;

/**
 * The engine's loops, one turn at a time on the caller's thread: for tests and simulations that drive time themselves, and for tools
 * that do one thing and end. May be used beside a running engine, in this process or another. Thread-safe.
 *
 * @since 0.1.0
 */
public interface EngineSteps {
    /**
     * Sends what is due, one message after the other.
     *
     * @return how many messages were taken up; 0 when nothing is due
     */
    int dispatchOnce();

    /**
     * Reads every mailbox once.
     *
     * @return how many mails were recorded
     */
    int pollOnce();

    /**
     * Deals with every deadline that has passed.
     *
     * @return how many messages were changed
     */
    int checkTimeoutsOnce();

    /**
     * Delivers the reports that are due.
     *
     * @return how many entries were acknowledged
     */
    int reportOnce();
}
