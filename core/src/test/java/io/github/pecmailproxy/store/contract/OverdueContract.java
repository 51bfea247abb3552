package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Proves {@code overdue}. */
interface OverdueContract extends StoreUnderTest {
    default TrackedMessage withDeadline(TrackedMessage message, MessageState state, Instant deadline) {
        return applied(
                new MessageChange(message.next().state(state).deadline(deadline).build(), List.of()));
    }

    @Test
    default void findsNothingOverdueWhereNothingHasADeadline() {
        enqueue(message("one"));

        assertThat(store().overdue(NOW.plusSeconds(1_000_000), 10)).isEmpty();
    }

    @Test
    default void findsAMessageOverdueFromItsDeadlineOn() {
        enqueue(message("one"));
        TrackedMessage leased = leaseOne();

        assertThat(store().overdue(UNTIL.minusMillis(1), 10)).isEmpty();
        assertThat(store().overdue(UNTIL, 10)).containsExactly(leased);
        assertThat(store().overdue(UNTIL.plusSeconds(3_600), 10)).containsExactly(leased);
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageState.class,
            names = {"SENDING", "IN_DOUBT", "SENT", "ACCEPTED"})
    default void findsAMessageOverdueInAnyStateThatAwaitsSomething(MessageState state) {
        TrackedMessage message = withDeadline(enqueue(message("one")), state, NOW);

        assertThat(store().overdue(NOW, 10)).containsExactly(message);
    }

    @Test
    default void findsTheEarliestDeadlinesFirstOfAllTenantsUpToTheLimit() {
        TrackedMessage third = withDeadline(enqueue(message("3")), MessageState.SENT, NOW.minusSeconds(1));
        TrackedMessage first =
                withDeadline(enqueue(message("1").tenant("a")), MessageState.IN_DOUBT, NOW.minusSeconds(3));
        withDeadline(enqueue(message("4")), MessageState.SENT, NOW.plusSeconds(1));
        TrackedMessage second = withDeadline(
                enqueue(message("2").tenant("b").account("other")), MessageState.ACCEPTED, NOW.minusSeconds(2));

        assertThat(store().overdue(NOW, 10)).containsExactly(first, second, third);
        assertThat(store().overdue(NOW, 2)).containsExactly(first, second);
        assertThat(store().overdue(NOW, 1)).containsExactly(first);
    }

    @Test
    default void forgetsADeadlineThatWasLifted() {
        TrackedMessage message = withDeadline(enqueue(message("one")), MessageState.SENT, NOW);
        applied(new MessageChange(message.next().deadline(null).build(), List.of()));

        assertThat(store().overdue(NOW.plusSeconds(1), 10)).isEmpty();
    }

    @Test
    default void findsANewMessageByItsFirstDeadline() {
        TrackedMessage message = enqueue(message("one").deadline(NOW).state(MessageState.IN_DOUBT));

        assertThat(store().overdue(NOW, 1)).containsExactly(message);
    }
}
