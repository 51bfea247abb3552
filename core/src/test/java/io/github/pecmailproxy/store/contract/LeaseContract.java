package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Proves {@code lease}, rate limits and suspensions aside. */
interface LeaseContract extends StoreUnderTest {
    @Test
    default void leasesNothingFromAnEmptyStore() {
        assertThat(store().lease(List.of(), NOW, UNTIL)).isEmpty();

        LeaseBatch batch = leaseBatch(ACCOUNT, 10, NOW);

        assertThat(batch.messages()).isEmpty();
        assertThat(batch.limitedUntil()).isNull();
    }

    @Test
    default void turnsALeasedMessageIntoTheNextVersionThatIsSending() {
        NewMessage given = message("one").priority(Priority.HIGH).batch("b").build();
        TrackedMessage stored = enqueue(given);

        List<LeasedMessage> leased = lease(ACCOUNT, 10, NOW);

        TrackedMessage expected = stored.next()
                .state(MessageState.SENDING)
                .attempts(1)
                .deadline(NOW.plusSeconds(600))
                .build();
        assertThat(leased).extracting(LeasedMessage::message).containsExactly(expected);
        assertThat(current(stored)).isEqualTo(expected);
        assertThat(bytes(leased.get(0).content())).isEqualTo(bytes(given.content()));
        assertThat(leased.get(0).content().size()).isEqualTo(given.content().size());
        assertThat(leased.get(0).content().sha256()).isEqualTo(given.content().sha256());
    }

    @Test
    default void addsNoEventByLeasing() {
        TrackedMessage stored = enqueue(message("one"));

        leaseOne();

        assertThat(store().events(stored.key())).hasSize(1);
    }

    @Test
    default void leasesAMessageOnce() {
        enqueue(message("one"));

        assertThat(leasedIds(10)).containsExactly("one");
        assertThat(leasedIds(10)).isEmpty();
        assertThat(ids(lease(ACCOUNT, 10, UNTIL.plusSeconds(1))))
                .as("a lease that ended is no message that waits")
                .isEmpty();
    }

    @Test
    default void leasesInTheOrderOfEnqueueing() {
        enqueueAll(message("3"), message("1"), message("2"));
        enqueue(message("0"));

        assertThat(leasedIds(10)).containsExactly("3", "1", "2", "0");
    }

    @Test
    default void leasesTheMostUrgentPriorityFirstAndWithinItInOrder() {
        enqueueAll(
                message("low 1").priority(Priority.LOW),
                message("medium 1"),
                message("immediate 1").priority(Priority.IMMEDIATE),
                message("high 1").priority(Priority.HIGH),
                message("medium 2"),
                message("low 2").priority(Priority.LOW),
                message("high 2").priority(Priority.HIGH),
                message("immediate 2").priority(Priority.IMMEDIATE));

        assertThat(leasedIds(3)).containsExactly("immediate 1", "immediate 2", "high 1");
        assertThat(leasedIds(10)).containsExactly("high 2", "medium 1", "medium 2", "low 1", "low 2");
    }

    @Test
    default void leasesByEnqueueingWhateverTheTimeDue() {
        enqueueAll(
                message("first").dueAt(NOW.minusSeconds(1)),
                message("second").dueAt(NOW.minusSeconds(1_000)),
                message("third").dueAt(NOW.minusSeconds(500)));

        assertThat(leasedIds(2)).containsExactly("first", "second");
    }

    @Test
    default void leasesUpToTheLimit() {
        enqueueAll(message("1"), message("2"), message("3"));

        assertThat(leasedIds(2)).containsExactly("1", "2");
        assertThat(leasedIds(2)).containsExactly("3");
    }

    @Test
    default void leasesAMessageFromTheMomentItIsDue() {
        enqueue(message("one").dueAt(NOW));

        assertThat(lease(ACCOUNT, 1, NOW.minusMillis(1))).isEmpty();
        assertThat(lease(ACCOUNT, 1, NOW)).hasSize(1);
    }

    @Test
    default void goesByTheTimeItIsToldAlsoWhenAnotherCallerIsAhead() {
        enqueueAll(message("1").dueAt(NOW.plusSeconds(30)), message("2").dueAt(NOW.plusSeconds(60)), message("3"));

        assertThat(ids(lease(ACCOUNT, 1, NOW.plusSeconds(60)))).containsExactly("1");
        assertThat(ids(lease(ACCOUNT, 10, NOW))).containsExactly("3");
        assertThat(ids(lease(ACCOUNT, 10, NOW.plusSeconds(59)))).isEmpty();
        assertThat(ids(lease(ACCOUNT, 10, NOW.plusSeconds(60)))).containsExactly("2");
    }

    @Test
    default void leasesWhatIsDueWhileMoreUrgentMessagesAreNot() {
        enqueueAll(
                message("later").priority(Priority.IMMEDIATE).dueAt(NOW.plusSeconds(60)),
                message("now").priority(Priority.LOW));

        assertThat(leasedIds(10)).containsExactly("now");
        assertThat(ids(lease(ACCOUNT, 10, NOW.plusSeconds(60)))).containsExactly("later");
    }

    @Test
    default void leasesADeferredMessageAgainInItsOldPlace() {
        enqueueAll(message("1"), message("2"), message("3"));
        TrackedMessage leased = leaseOne();
        applied(ChangeFixture.deferred(leased, NOW, NOW.plusSeconds(60)));

        assertThat(ids(lease(ACCOUNT, 1, NOW.plusSeconds(59)))).containsExactly("2");
        List<LeasedMessage> again = lease(ACCOUNT, 10, NOW.plusSeconds(60));

        assertThat(ids(again)).containsExactly("1", "3");
        assertThat(again.get(0).message().attempts()).isEqualTo(2);
        assertThat(again.get(0).message().version()).isEqualTo(4);
        assertThat(again.get(0).message().lastError()).isEqualTo("451 later");
    }

    @Test
    default void leasesAMessageThatWasGivenBackAtOnce() {
        enqueue(message("one"));
        TrackedMessage leased = leaseOne();
        applied(new MessageChange(
                leased.next()
                        .state(MessageState.QUEUED)
                        .attempts(0)
                        .deadline(null)
                        .build(),
                List.of()));

        TrackedMessage again = leaseOne();

        assertThat(again.attempts()).isEqualTo(1);
        assertThat(again.version()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(MessageState.class)
    default void leasesWhatWaitsAndNothingElse(MessageState state) {
        enqueue(message("one").state(state));

        assertThat(leasedIds(10)).hasSize(state.isWaiting() ? 1 : 0);
    }

    @Test
    default void leasesTheMessagesOfTheAccountAlone() {
        enqueueAll(
                message("1"),
                message("2").account("other"),
                message("1").tenant("other"),
                message("3").account("ACC"),
                message("4").account("acc%"));

        assertThat(ids(lease(new AccountKey("other", "acc"), 10, NOW))).containsExactly("1");
        assertThat(leasedIds(10)).containsExactly("1");
        assertThat(ids(lease(new AccountKey("default", "acc%"), 10, NOW))).containsExactly("4");
        assertThat(ids(lease(new AccountKey("default", "ACC"), 10, NOW))).containsExactly("3");
        assertThat(ids(lease(new AccountKey("default", "other"), 10, NOW))).containsExactly("2");
        assertThat(lease(new AccountKey("default", "nobody"), 10, NOW)).isEmpty();
    }

    @Test
    default void leasesForSeveralAccountsAtOnceEachWithItsOwnLimit() {
        AccountKey empty = new AccountKey("default", "empty");
        AccountKey other = new AccountKey("other", "acc");
        enqueueAll(message("1"), message("2"), message("3"));
        enqueueAll(message("1").tenant("other"), message("2").tenant("other"));

        List<LeaseBatch> batches = store().lease(
                        List.of(
                                new LeaseRequest(other, 5, List.of()),
                                new LeaseRequest(empty, 5, List.of()),
                                new LeaseRequest(ACCOUNT, 2, List.of())),
                        NOW,
                        UNTIL);

        assertThat(batches).extracting(LeaseBatch::account).containsExactly(other, empty, ACCOUNT);
        assertThat(ids(batches.get(0).messages())).containsExactly("1", "2");
        assertThat(batches.get(1).messages()).isEmpty();
        assertThat(ids(batches.get(2).messages())).containsExactly("1", "2");
        assertThat(batches.get(0).messages())
                .extracting(leased -> leased.message().key().tenant())
                .containsOnly("other");
        assertThat(leasedIds(5)).containsExactly("3");
    }

    @Test
    default void cutsTheEndOfALeaseToTheMillisecond() {
        TrackedMessage stored = enqueue(message("one"));
        Instant until = NOW.plusNanos(1_999_999);

        TrackedMessage leased = store().lease(List.of(new LeaseRequest(ACCOUNT, 1, List.of())), NOW, until)
                .get(0)
                .messages()
                .get(0)
                .message();

        assertThat(leased.deadline()).isEqualTo(NOW.plusMillis(1));
        assertThat(current(stored)).isEqualTo(leased);
    }

    @Test
    default void leasesAFewOutOfABacklogInOrder() {
        List<NewMessage> backlog = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            backlog.add(message("message " + i)
                    .dueAt(i % 3 == 0 ? NOW.plusSeconds(1 + i) : NOW)
                    .build());
        }
        store().enqueue(backlog);

        assertThat(leasedIds(4)).containsExactly("message 1", "message 2", "message 4", "message 5");
        assertThat(lease(ACCOUNT, 2_000, NOW)).hasSize(996);
        assertThat(ids(lease(ACCOUNT, 2, NOW.plusSeconds(5)))).containsExactly("message 0", "message 3");
    }
}
