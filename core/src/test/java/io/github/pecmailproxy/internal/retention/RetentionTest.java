package io.github.pecmailproxy.internal.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final Instant now = clock.instant();

    private boolean purgeSome(RetentionSettings settings) {
        return new Retention(store, settings, clock).purgeSome();
    }

    @Test
    void asksForNothingByDefault() {
        assertThat(RetentionSettings.KEEP_EVERYTHING.keepsEverything()).isTrue();
        assertThat(purgeSome(RetentionSettings.KEEP_EVERYTHING)).isFalse();

        assertThat(store.purges()).isEmpty();
        assertThat(store.unrelatedPurges()).isEmpty();
    }

    @Test
    void leavesEvidenceAloneUnlessToldOtherwise() {
        purgeSome(RetentionSettings.KEEP_EVERYTHING
                .withOrdinary(Duration.ofDays(1))
                .withUnrelated(Duration.ofDays(2)));

        assertThat(store.purges())
                .containsExactly(new PurgeRequest(now.minus(Duration.ofDays(1)), null, Retention.DELETED_AT_ONCE));
        assertThat(store.unrelatedPurges()).containsExactly(now.minus(Duration.ofDays(2)));
    }

    @Test
    void deletesEvidenceByItsOwnTimeAndLeavesOrdinaryMessages() {
        purgeSome(RetentionSettings.KEEP_EVERYTHING.withEvidence(Duration.ofDays(3_653)));

        assertThat(store.purges())
                .containsExactly(
                        new PurgeRequest(Instant.EPOCH, now.minus(Duration.ofDays(3_653)), Retention.DELETED_AT_ONCE));
        assertThat(store.unrelatedPurges()).isEmpty();
    }

    @Test
    void goesOnInStepsUntilNothingIsLeft() {
        store.purgeable(2 * Retention.DELETED_AT_ONCE + 1);
        RetentionSettings settings = RetentionSettings.KEEP_EVERYTHING.withOrdinary(Duration.ofDays(1));

        assertThat(List.of(purgeSome(settings), purgeSome(settings), purgeSome(settings)))
                .containsExactly(true, true, false);
    }
}
