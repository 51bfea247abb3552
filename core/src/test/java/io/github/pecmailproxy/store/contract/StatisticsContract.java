package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.ChangeFixture.cancelled;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.PutOffReport;
import io.github.pecmailproxy.store.StoreStatistics;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves {@code statistics}. */
interface StatisticsContract extends StoreUnderTest {
    /** Checks a figure: exactly where the store counts exactly, else only that it is not zero for what is there. */
    default void counts(long figure, long exact) {
        if (countsExactly()) {
            assertThat(figure).isEqualTo(exact);
        } else if (exact > 0) {
            assertThat(figure).isPositive();
        }
    }

    @Test
    default void countsNothingInAnEmptyStore() {
        StoreStatistics statistics = store().statistics(NOW);

        for (MessageState state : MessageState.values()) {
            assertThat(statistics.count(state)).isZero();
        }
        assertThat(statistics.oldestDue()).isNull();
        assertThat(statistics.unreported()).isZero();
    }

    @Test
    default void countsMessagesByState() {
        enqueueAll(message("1"), message("2"), message("3").tenant("other"), message("4"));
        TrackedMessage leased = leaseOne();
        applied(cancelled(current(message("4").build().message()), NOW));

        StoreStatistics statistics = store().statistics(NOW);

        counts(statistics.count(MessageState.QUEUED), 2);
        counts(statistics.count(MessageState.SENDING), 1);
        counts(statistics.count(MessageState.CANCELLED), 1);
        counts(statistics.count(MessageState.SENT), 0);

        applied(ChangeFixture.sent(leased, NOW));
        counts(store().statistics(NOW).count(MessageState.SENDING), 0);
        counts(store().statistics(NOW).count(MessageState.SENT), 1);
    }

    @Test
    default void tellsSinceWhenTheLongestWaitingMessageIsDue() {
        enqueueAll(
                message("1").dueAt(NOW.minusSeconds(30)),
                message("2").dueAt(NOW.minusSeconds(60)).priority(Priority.LOW),
                message("3").dueAt(NOW.plusSeconds(60)),
                message("4").tenant("other").account("other").dueAt(NOW.minusSeconds(10)));

        assertThat(store().statistics(NOW).oldestDue()).isEqualTo(NOW.minusSeconds(60));
        assertThat(leasedIds(10)).containsExactly("1", "2");
        assertThat(store().statistics(NOW).oldestDue()).isEqualTo(NOW.minusSeconds(10));
        assertThat(store().statistics(NOW.minusSeconds(11)).oldestDue()).isNull();
        assertThat(store().statistics(NOW.plusSeconds(60)).oldestDue()).isEqualTo(NOW.minusSeconds(10));
    }

    @Test
    default void countsWhatWaitsForASinkAlsoWhatWasPutOff() {
        store().registerSink("first");
        store().registerSink("second");
        enqueueAll(message("1"), message("2").tenant("other"));
        List<Long> sequences = sequences(pending("first"));

        counts(store().statistics(NOW).unreported(), 4);

        store().acknowledge("first", List.of(), List.of(new PutOffReport(sequences.get(0), UNTIL)), null);
        counts(store().statistics(NOW).unreported(), 4);
        store().acknowledge("first", sequences, List.of(), null);
        counts(store().statistics(NOW).unreported(), 3);
    }

    @Test
    default void countsAMessageThatWasPurgedNoMore() {
        TrackedMessage message = enqueue(message("1").ordinary());
        applied(cancelled(message, NOW));
        store().purge(new PurgeRequest(NOW.plusSeconds(1), null, 10));

        counts(store().statistics(NOW).count(MessageState.CANCELLED), 0);
    }
}
