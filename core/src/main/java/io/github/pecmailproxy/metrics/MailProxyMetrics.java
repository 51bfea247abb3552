package io.github.pecmailproxy.metrics;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.health.HealthSnapshot;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Hears what the proxy does, to count and time it. Every method does nothing unless overridden. What counts is what this process did:
 * with several on one store each counts its own, and their sum is the whole; what is in the store, all of them see.
 *
 * <p>Called on the engine's threads, after what it speaks of was stored: implementations are thread-safe and quick. What they throw is
 * logged and goes no further. No secret and no content of a message is handed over.
 *
 * @since 0.1.0
 */
public interface MailProxyMetrics {
    /**
     * Makes metrics that hear nothing.
     *
     * @return the metrics, never null
     */
    static MailProxyMetrics none() {
        return new MailProxyMetrics() {};
    }

    /**
     * Gets the means to look at the whole: what is in the store, which mailboxes are blind, what is suspended. Called once, when the proxy is
     * built.
     *
     * @param health asks the store, which costs a few queries, and never throws; may be called at any time until the proxy is closed
     */
    default void watch(Supplier<HealthSnapshot> health) {}

    /**
     * Hears of an event that was stored for a message. The {@code queued} of a message that joined the host's own transaction is not
     * told, as nobody knows whether that will commit.
     *
     * @param account the message's account
     * @param event what happened
     */
    default void happened(AccountKey account, EventType event) {}

    /**
     * Hears that the rate limits of an account began to hold messages back, or still do so in the next window.
     *
     * @param account which account
     */
    default void rateLimited(AccountKey account) {}

    /**
     * Hears of a mail that was read from a mailbox and recorded.
     *
     * @param receipt what was made of it
     */
    default void receiptRead(ReceiptRecord receipt) {}

    /**
     * Hears how long a provider took to accept a message.
     *
     * @param account the message's account
     * @param sinceSent from the moment it was sent to the certified time, at least 0
     */
    default void accepted(AccountKey account, Duration sinceSent) {}

    /**
     * Hears how long it took to deliver a message to one recipient.
     *
     * @param account the message's account
     * @param sinceSent from the moment it was sent to the certified time, at least 0
     */
    default void delivered(AccountKey account, Duration sinceSent) {}

    /**
     * Hears what became of entries that were delivered to a sink.
     *
     * @param sink the sink's name
     * @param result what became of them
     * @param entries how many, at least 1
     */
    default void reported(String sink, ReportResult result, int entries) {}

    /**
     * Hears how long the store took for an operation.
     *
     * @param operation the name of the method of {@link io.github.pecmailproxy.store.EventStore}
     * @param took how long, at least 0
     * @param succeeded whether it returned normally
     */
    default void storeCalled(String operation, Duration took, boolean succeeded) {}
}
