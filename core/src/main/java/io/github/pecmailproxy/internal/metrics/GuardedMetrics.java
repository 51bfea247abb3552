package io.github.pecmailproxy.internal.metrics;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.health.HealthSnapshot;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import io.github.pecmailproxy.metrics.ReportResult;
import io.github.pecmailproxy.store.ReceiptRecord;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host's metrics, whose failures are logged and go no further: what was stored is stored. Thread-safe. */
public final class GuardedMetrics implements MailProxyMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedMetrics.class);

    private final MailProxyMetrics metrics;

    /**
     * Guards metrics.
     *
     * @param metrics the host's
     */
    public GuardedMetrics(MailProxyMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void watch(Supplier<HealthSnapshot> health) {
        guard(() -> metrics.watch(health));
    }

    @Override
    public void happened(AccountKey account, EventType event) {
        guard(() -> metrics.happened(account, event));
    }

    @Override
    public void rateLimited(AccountKey account) {
        guard(() -> metrics.rateLimited(account));
    }

    @Override
    public void receiptRead(ReceiptRecord receipt) {
        guard(() -> metrics.receiptRead(receipt));
    }

    @Override
    public void accepted(AccountKey account, Duration sinceSent) {
        guard(() -> metrics.accepted(account, sinceSent));
    }

    @Override
    public void delivered(AccountKey account, Duration sinceSent) {
        guard(() -> metrics.delivered(account, sinceSent));
    }

    @Override
    public void reported(String sink, ReportResult result, int entries) {
        guard(() -> metrics.reported(sink, result, entries));
    }

    @Override
    public void storeCalled(String operation, Duration took, boolean succeeded) {
        guard(() -> metrics.storeCalled(operation, took, succeeded));
    }

    private static void guard(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | LinkageError failure) {
            LOG.warn("the metrics failed: {}", failure.toString());
            LOG.debug("the metrics failed", failure);
        }
    }
}
