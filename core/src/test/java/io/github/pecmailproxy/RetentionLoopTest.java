package io.github.pecmailproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetentionLoopTest {
    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final Instant now = clock.instant();

    @Test
    void aRunningProxyDeletesWhatItsHostDoesNotKeep() {
        try (MailProxy proxy = MailProxy.builder()
                .store(store)
                .purgeOrdinaryAfter(Duration.ofDays(90))
                .purgeEvidenceAfter(Duration.ofDays(3_653))
                .purgeUnrelatedAfter(Duration.ofDays(30))
                .build()) {
            assertThat(store.purges()).isEmpty();
            proxy.start();

            await().until(() -> !store.unrelatedPurges().isEmpty());
            assertThat(proxy.health().deadLoops()).isEmpty();
        }
        PurgeRequest asked = store.purges().get(0);
        assertThat(asked.finishedBefore()).isEqualTo(now.minus(Duration.ofDays(90)));
        assertThat(asked.evidenceBefore()).isEqualTo(now.minus(Duration.ofDays(3_653)));
        assertThat(store.unrelatedPurges().get(0)).isEqualTo(now.minus(Duration.ofDays(30)));
    }

    @Test
    void refusesATimeThatIsNotPositive() {
        assertThatThrownBy(() -> MailProxy.builder().purgeEvidenceAfter(Duration.ZERO))
                .hasMessageContaining("purge_evidence_after");
    }
}
