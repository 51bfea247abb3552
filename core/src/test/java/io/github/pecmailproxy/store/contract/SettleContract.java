package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.ChangeFixture.cancelled;
import static io.github.pecmailproxy.store.contract.ChangeFixture.deferred;
import static io.github.pecmailproxy.store.contract.ChangeFixture.event;
import static io.github.pecmailproxy.store.contract.ChangeFixture.sent;
import static io.github.pecmailproxy.store.contract.ChangeFixture.touched;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves {@code apply} and {@code extendLeases}. */
interface SettleContract extends StoreUnderTest {
    @Test
    default void appliesNothing() {
        assertThat(store().apply(List.of(), NOW)).isEmpty();
        assertThat(store().extendLeases(List.of(), UNTIL)).isEmpty();
    }

    @Test
    default void appliesAChangeAndStoresItsEvents() {
        enqueue(message("one"));
        MessageChange change = sent(leaseOne(), NOW.plusSeconds(2));

        assertThat(store().apply(List.of(change), NOW.plusSeconds(3))).isEmpty();

        assertThat(current(change.message())).isEqualTo(change.message());
        List<MessageEvent> events = store().events(change.message().key());
        assertThat(events).extracting(MessageEvent::type).containsExactly(EventType.QUEUED, EventType.SENT);
        assertThat(events.get(1).time()).isEqualTo(NOW.plusSeconds(2));
        assertThat(events.get(1).recordedAt()).isEqualTo(NOW.plusSeconds(3));
        assertThat(events.get(1).message()).isEqualTo(change.message().key());
    }

    @Test
    default void appliesAChangeWithoutEventsAndOneWithSeveral() {
        TrackedMessage first = enqueue(message("one"));
        TrackedMessage second = applied(touched(first));
        assertThat(second).isEqualTo(first.next().build());
        assertThat(store().events(first.key())).hasSize(1);

        applied(new MessageChange(
                second.next().build(),
                List.of(
                        event(EventType.DEFERRED, NOW),
                        event(EventType.ERROR, NOW.minusSeconds(9)),
                        event(EventType.DEFERRED, NOW))));

        List<MessageEvent> events = store().events(first.key());
        assertThat(events)
                .as("in the order in which they were stored, whenever they happened")
                .extracting(MessageEvent::type)
                .containsExactly(EventType.QUEUED, EventType.DEFERRED, EventType.ERROR, EventType.DEFERRED);
        assertThat(events).extracting(MessageEvent::sequence).isSorted().doesNotHaveDuplicates();
    }

    @Test
    default void givesEventsAscendingSequencesAcrossMessages() {
        TrackedMessage one = enqueue(message("one"));
        TrackedMessage two = enqueue(message("two"));
        applied(cancelled(one, NOW));
        applied(cancelled(two, NOW));

        assertThat(store().events(one.key()).get(1).sequence())
                .isNotIn(
                        store().events(one.key()).get(0).sequence(),
                        store().events(two.key()).get(0).sequence(),
                        store().events(two.key()).get(1).sequence());
    }

    @Test
    default void refusesAChangeOfAnOlderVersionAndDoesNothing() {
        TrackedMessage queued = enqueue(message("one"));
        store().registerSink("sink");
        TrackedMessage leased = leaseOne();

        assertThat(store().apply(List.of(cancelled(queued, NOW)), NOW)).containsExactly(queued.key());

        assertThat(current(leased)).isEqualTo(leased);
        assertThat(store().events(leased.key())).hasSize(1);
        assertThat(pending("sink")).isEmpty();
    }

    @Test
    default void refusesAChangeOfALaterVersion() {
        TrackedMessage queued = enqueue(message("one"));
        TrackedMessage invented = queued.next().build().next().build();

        assertThat(store().apply(List.of(touched(invented)), NOW)).containsExactly(queued.key());

        assertThat(current(queued)).isEqualTo(queued);
    }

    @Test
    default void refusesTheSameChangeTheSecondTime() {
        TrackedMessage queued = enqueue(message("one"));
        MessageChange change = cancelled(queued, NOW);

        assertThat(store().apply(List.of(change), NOW)).isEmpty();
        assertThat(store().apply(List.of(change), NOW)).containsExactly(queued.key());

        assertThat(store().events(queued.key())).hasSize(2);
    }

    @Test
    default void refusesAChangeOfAMessageThatIsNotThere() {
        TrackedMessage queued = enqueue(message("one"));
        TrackedMessage stranger = message("stranger").build().message();
        TrackedMessage sameIdOfAnotherTenant =
                message("one").tenant("another").build().message();

        assertThat(store().apply(List.of(cancelled(stranger, NOW), cancelled(sameIdOfAnotherTenant, NOW)), NOW))
                .containsExactlyInAnyOrder(stranger.key(), sameIdOfAnotherTenant.key());

        assertThat(store().message(stranger.key())).isEmpty();
        assertThat(store().events(stranger.key())).isEmpty();
        assertThat(current(queued)).isEqualTo(queued);
    }

    @Test
    default void appliesTheOthersWhenSomeAreRefused() {
        List<TrackedMessage> queued = enqueueAll(message("1"), message("2"), message("3"), message("4"));
        applied(touched(queued.get(0)));
        applied(touched(queued.get(2)));

        assertThat(store().apply(queued.stream().map(one -> cancelled(one, NOW)).toList(), NOW))
                .containsExactlyInAnyOrder(queued.get(0).key(), queued.get(2).key());

        assertThat(current(queued.get(0)).state()).isEqualTo(MessageState.QUEUED);
        assertThat(current(queued.get(1)).state()).isEqualTo(MessageState.CANCELLED);
        assertThat(current(queued.get(2)).state()).isEqualTo(MessageState.QUEUED);
        assertThat(current(queued.get(3)).state()).isEqualTo(MessageState.CANCELLED);
    }

    @Test
    default void refusesToSettleALeaseThatSomebodyElseSettled() {
        enqueue(message("one"));
        TrackedMessage lost = leaseOne();
        applied(deferred(lost, NOW, NOW));
        TrackedMessage again = leaseOne();

        assertThat(store().apply(List.of(sent(lost, NOW)), NOW)).containsExactly(lost.key());
        assertThat(current(again)).isEqualTo(again);
        assertThat(store().apply(List.of(sent(again, NOW)), NOW)).isEmpty();
    }

    @Test
    default void takesAMessageOutOfTheQueueByAChange() {
        TrackedMessage queued = enqueue(message("one"));
        enqueue(message("two"));
        applied(cancelled(queued, NOW));

        assertThat(leasedIds(10)).containsExactly("two");
    }

    @Test
    default void extendsALeaseWithoutANewVersion() {
        enqueue(message("one"));
        TrackedMessage leased = leaseOne();

        assertThat(store().extendLeases(List.of(MessageVersion.of(leased)), UNTIL.plusSeconds(60)))
                .isEmpty();

        TrackedMessage extended = current(leased);
        assertThat(extended.deadline()).isEqualTo(UNTIL.plusSeconds(60));
        assertThat(extended.version()).isEqualTo(leased.version());
        assertThat(extended.state()).isEqualTo(MessageState.SENDING);
        assertThat(store().overdue(UNTIL.plusSeconds(59), 10)).isEmpty();
        assertThat(store().overdue(UNTIL.plusSeconds(61), 10)).containsExactly(extended);
        assertThat(store().apply(List.of(sent(leased, NOW)), NOW)).isEmpty();
    }

    @Test
    default void extendsALeaseWhoseEndHasPassedButWhichNobodyTook() {
        enqueue(message("one"));
        TrackedMessage leased = leaseOne();
        assertThat(store().overdue(UNTIL.plusSeconds(1), 10)).hasSize(1);

        assertThat(store().extendLeases(List.of(MessageVersion.of(leased)), UNTIL.plusSeconds(60)))
                .isEmpty();
        assertThat(store().overdue(UNTIL.plusSeconds(1), 10)).isEmpty();
    }

    @Test
    default void namesTheLeasesThatWereLostAndExtendsTheOthers() {
        enqueueAll(message("kept"), message("settled"), message("leased again"));
        List<TrackedMessage> leased =
                lease(ACCOUNT, 10, NOW).stream().map(LeasedMessage::message).toList();
        TrackedMessage waiting = enqueue(message("waiting"));
        TrackedMessage kept = leased.get(0);
        TrackedMessage settled = applied(sent(leased.get(1), NOW));
        applied(deferred(leased.get(2), NOW, NOW));
        store().apply(List.of(cancelled(waiting, NOW)), NOW);
        TrackedMessage leasedAgain = leaseOne();
        MessageVersion unknown = new MessageVersion(MessageKey.of("unknown"), 2);

        assertThat(store().extendLeases(
                                List.of(
                                        MessageVersion.of(leased.get(1)),
                                        MessageVersion.of(settled),
                                        MessageVersion.of(kept),
                                        MessageVersion.of(leased.get(2)),
                                        MessageVersion.of(waiting),
                                        unknown),
                                UNTIL.plusSeconds(60)))
                .containsExactlyInAnyOrder(
                        MessageVersion.of(leased.get(1)),
                        MessageVersion.of(settled),
                        MessageVersion.of(leased.get(2)),
                        MessageVersion.of(waiting),
                        unknown);

        assertThat(current(kept).deadline()).isEqualTo(UNTIL.plusSeconds(60));
        assertThat(current(settled)).isEqualTo(settled);
        assertThat(current(leasedAgain)).isEqualTo(leasedAgain);
    }
}
