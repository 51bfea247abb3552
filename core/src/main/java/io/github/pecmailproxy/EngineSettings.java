package io.github.pecmailproxy;

import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.internal.dispatch.DispatchSettings;
import io.github.pecmailproxy.internal.lifecycle.MaximumAge;
import io.github.pecmailproxy.internal.report.NamedSink;
import io.github.pecmailproxy.internal.retention.RetentionSettings;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import io.github.pecmailproxy.operations.OperationsListener;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.smtp.RetryReason;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.store.EventStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a proxy was built with. Immutable. */
record EngineSettings(
        EventStore store,
        AccountSource accounts,
        List<NamedSink> sinks,
        OperationsListener operations,
        MailProxyMetrics metrics,
        InstantSource clock,
        ProviderTrust trust,
        @Nullable SmtpSender sender,
        List<Duration> retryDelays,
        Map<RetryReason, List<Duration>> retryDelaysByReason,
        MaximumAge maximumAge,
        DispatchSettings dispatch,
        Duration pollInterval,
        int idleMailboxes,
        double quotaWarning,
        Duration timeoutInterval,
        Duration reportInterval,
        RetentionSettings retention,
        Priority defaultPriority,
        String trackingHeader) {}
