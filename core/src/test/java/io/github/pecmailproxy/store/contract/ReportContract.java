package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.ChangeFixture.cancelled;
import static io.github.pecmailproxy.store.contract.ChangeFixture.deferred;
import static io.github.pecmailproxy.store.contract.ChangeFixture.event;
import static io.github.pecmailproxy.store.contract.ChangeFixture.sent;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.PendingReport;
import io.github.pecmailproxy.store.PutOffReport;
import io.github.pecmailproxy.store.ReceiptUnit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves {@code registerSink}, {@code tenantsToReport}, {@code pendingReports} and {@code acknowledge}. */
interface ReportContract extends StoreUnderTest {
    /** When an entry that was put off comes again. */
    Instant LATER = NOW.plusSeconds(300);

    default List<MessageEvent> pendingEvents(String sink) {
        return pending(sink).stream().map(PendingReport::event).toList();
    }

    default boolean acknowledge(String sink, List<Long> done, PutOffReport... putOff) {
        return store().acknowledge(sink, done, List.of(putOff), null);
    }

    /** A message with three events: queued, deferred, cancelled. */
    default List<MessageEvent> threeEvents(String id) {
        TrackedMessage message = enqueue(message(id));
        applied(cancelled(applied(deferred(message, NOW, NOW)), NOW));
        return store().events(message.key());
    }

    @Test
    default void hasNothingToReportToASinkThatIsNotKnown() {
        enqueue(message("one"));

        assertThat(pending("sink")).isEmpty();
        assertThat(store().tenantsToReport("sink", NOW)).isEmpty();
        assertThat(acknowledge("sink", List.of(1L), new PutOffReport(2, LATER))).isTrue();
    }

    @Test
    default void reportsEveryEventFromTheRegistrationOn() {
        TrackedMessage before = enqueue(message("before"));
        store().registerSink("sink");
        TrackedMessage after = enqueue(message("after"));
        TrackedMessage cancelled = applied(cancelled(before, NOW));

        assertThat(pendingEvents("sink"))
                .containsExactly(
                        store().events(after.key()).get(0),
                        store().events(cancelled.key()).get(1));
        assertThat(pending("sink")).extracting(PendingReport::attempts).containsOnly(0);
    }

    @Test
    default void reportsTheEventsOfEveryOperationThatBringsSome() {
        store().registerSink("sink");
        TrackedMessage message = enqueue(message("one"));
        TrackedMessage sent = applied(sent(message, NOW));
        store().record(
                        new ReceiptUnit(
                                null, List.of(), List.of(), List.of(ChangeFixture.delivered(sent, NOW)), List.of()),
                        NOW);

        assertThat(pendingEvents("sink"))
                .isEqualTo(store().events(message.key()))
                .extracting(MessageEvent::type)
                .containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY);
    }

    @Test
    default void registersASinkOnce() {
        store().registerSink("sink");
        List<MessageEvent> first = threeEvents("one");
        store().registerSink("sink");
        List<MessageEvent> second = threeEvents("two");

        assertThat(pendingEvents("sink")).hasSize(6).containsAll(first).containsAll(second);
    }

    @Test
    default void reportsToEachSinkByItself() {
        store().registerSink("first");
        List<MessageEvent> one = threeEvents("one");
        store().registerSink("second");
        List<MessageEvent> two = threeEvents("two");

        assertThat(pendingEvents("first")).hasSize(6);
        assertThat(pendingEvents("second")).isEqualTo(two);

        acknowledge(
                "first",
                List.of(one.get(0).sequence(), two.get(0).sequence()),
                new PutOffReport(one.get(1).sequence(), LATER));

        assertThat(pendingEvents("first")).containsExactly(two.get(1), two.get(2));
        assertThat(pendingEvents("second")).isEqualTo(two);
        assertThat(pending("second")).extracting(PendingReport::attempts).containsOnly(0);
    }

    @Test
    default void tellsSinksApartExactly() {
        String longest = "\uD83D\uDCE7".repeat(32);
        List.of("sink", "Sink", "sínk", "si%", longest).forEach(store()::registerSink);
        MessageEvent event = threeEvents("one").get(0);
        acknowledge("sink", List.of(event.sequence()));

        assertThat(pending("sink")).hasSize(2);
        assertThat(pending("Sink")).hasSize(3);
        assertThat(pending("sínk")).hasSize(3);
        assertThat(pending("si%")).hasSize(3);
        assertThat(pending(longest)).hasSize(3);
        assertThat(pending("SINK")).isEmpty();
    }

    @Test
    default void reportsEachTenantByItself() {
        store().registerSink("sink");
        TrackedMessage mine = enqueue(message("same").tenant("mine"));
        TrackedMessage yours = enqueue(message("same").tenant("yours"));

        assertThat(store().tenantsToReport("sink", NOW)).containsExactlyInAnyOrder("mine", "yours");
        assertThat(pending("sink", "mine", NOW))
                .containsExactly(new PendingReport(store().events(mine.key()).get(0), 0));
        assertThat(pending("sink", "yours", NOW))
                .containsExactly(new PendingReport(store().events(yours.key()).get(0), 0));
        assertThat(pending("sink", "nobody", NOW)).isEmpty();

        acknowledgeEverything("sink", "mine");

        assertThat(store().tenantsToReport("sink", NOW)).containsExactly("yours");
    }

    @Test
    default void reportsInAscendingSequenceUpToTheLimit() {
        store().registerSink("sink");
        TrackedMessage one = enqueue(message("one"));
        TrackedMessage two = enqueue(message("two"));
        applied(new MessageChange(
                one.next().build(), List.of(event(EventType.DEFERRED, NOW), event(EventType.ERROR, NOW))));
        applied(cancelled(two, NOW));

        List<PendingReport> all = pending("sink");

        assertThat(sequences(all)).hasSize(5).isSorted().doesNotHaveDuplicates();
        assertThat(store().pendingReports("sink", "default", NOW, 2)).isEqualTo(all.subList(0, 2));
        acknowledge("sink", sequences(all.subList(0, 2)));
        assertThat(store().pendingReports("sink", "default", NOW, 2)).isEqualTo(all.subList(2, 4));
    }

    @Test
    default void listsTheSameEntriesUntilTheyAreAcknowledged() {
        store().registerSink("sink");
        threeEvents("one");

        assertThat(pending("sink")).isEqualTo(pending("sink")).hasSize(3);
    }

    @Test
    default void neverListsWhatIsDoneAgain() {
        store().registerSink("sink");
        List<MessageEvent> events = threeEvents("one");

        assertThat(acknowledge("sink", List.of(events.get(1).sequence()))).isTrue();

        assertThat(pendingEvents("sink")).containsExactly(events.get(0), events.get(2));
        assertThat(pending("sink", "default", LATER)).hasSize(2);
    }

    @Test
    default void listsWhatWasPutOffAgainAtItsTimeWithOneMoreAttempt() {
        store().registerSink("sink");
        MessageEvent event = enqueueAndEvent("one");
        acknowledge("sink", List.of(), new PutOffReport(event.sequence(), LATER));

        assertThat(pending("sink", "default", LATER.minusMillis(1))).isEmpty();
        assertThat(store().tenantsToReport("sink", LATER.minusMillis(1))).isEmpty();
        assertThat(pending("sink", "default", LATER)).containsExactly(new PendingReport(event, 1));
        assertThat(store().tenantsToReport("sink", LATER)).containsExactly("default");

        acknowledge("sink", List.of(), new PutOffReport(event.sequence(), LATER.plusSeconds(1)));
        acknowledge("sink", List.of(), new PutOffReport(event.sequence(), LATER.plusSeconds(2)));

        assertThat(pending("sink", "default", LATER.plusSeconds(1))).isEmpty();
        assertThat(pending("sink", "default", LATER.plusSeconds(2))).containsExactly(new PendingReport(event, 3));
        acknowledge("sink", List.of(event.sequence()));
        assertThat(pending("sink", "default", LATER.plusSeconds(9))).isEmpty();
    }

    default MessageEvent enqueueAndEvent(String id) {
        return store().events(enqueue(message(id)).key()).get(0);
    }

    @Test
    default void keepsTheOrderWithinAMessageWhenAnEventIsPutOff() {
        store().registerSink("sink");
        List<MessageEvent> one = threeEvents("one");
        List<MessageEvent> two = threeEvents("two");
        acknowledge("sink", List.of(), new PutOffReport(one.get(1).sequence(), LATER));

        assertThat(pendingEvents("sink"))
                .as("what follows the event that was put off waits with it; other messages go on")
                .containsExactly(one.get(0), two.get(0), two.get(1), two.get(2));
        assertThat(pending("sink", "default", LATER).stream().map(PendingReport::event))
                .containsExactly(one.get(0), one.get(1), one.get(2), two.get(0), two.get(1), two.get(2));

        acknowledge("sink", List.of(one.get(0).sequence()));
        applied(new MessageChange(current(one.get(0).message()).next().build(), List.of(event(EventType.ERROR, NOW))));

        assertThat(pendingEvents("sink"))
                .as("later events of the message wait too")
                .isEqualTo(two);
    }

    @Test
    default void goesOnWithAMessageOnceTheEventThatWasPutOffIsDone() {
        store().registerSink("sink");
        List<MessageEvent> one = threeEvents("one");
        acknowledge("sink", List.of(), new PutOffReport(one.get(0).sequence(), LATER));
        assertThat(pending("sink")).isEmpty();
        assertThat(store().tenantsToReport("sink", NOW))
                .as("a tenant whose entries all wait is none to report to")
                .isEmpty();

        acknowledge("sink", List.of(one.get(0).sequence()));

        assertThat(pendingEvents("sink")).containsExactly(one.get(1), one.get(2));
        assertThat(store().tenantsToReport("sink", NOW)).containsExactly("default");
    }

    @Test
    default void holdsAMessageBackUntilTheLastOfSeveralPutOffsAheadOfAnEvent() {
        store().registerSink("sink");
        List<MessageEvent> one = threeEvents("one");
        acknowledge(
                "sink",
                List.of(),
                new PutOffReport(one.get(0).sequence(), LATER),
                new PutOffReport(one.get(1).sequence(), LATER.plusSeconds(60)));

        assertThat(pending("sink", "default", LATER))
                .extracting(PendingReport::event)
                .containsExactly(one.get(0));
        assertThat(pending("sink", "default", LATER.plusSeconds(60)))
                .extracting(PendingReport::attempts)
                .containsExactly(1, 1, 0);
    }

    @Test
    default void doesNotLetBlockedEntriesUseUpTheLimit() {
        store().registerSink("sink");
        List<MessageEvent> blocked = threeEvents("blocked");
        MessageEvent free = enqueueAndEvent("free");
        MessageEvent freeToo = enqueueAndEvent("free too");
        acknowledge("sink", List.of(), new PutOffReport(blocked.get(0).sequence(), LATER));

        assertThat(store().pendingReports("sink", "default", NOW, 1)).containsExactly(new PendingReport(free, 0));
        assertThat(store().pendingReports("sink", "default", NOW, 2))
                .containsExactly(new PendingReport(free, 0), new PendingReport(freeToo, 0));
    }

    @Test
    default void putsOffToATimeThatHasCome() {
        store().registerSink("sink");
        MessageEvent event = enqueueAndEvent("one");

        acknowledge("sink", List.of(), new PutOffReport(event.sequence(), NOW.minusSeconds(1)));

        assertThat(pending("sink")).containsExactly(new PendingReport(event, 1));
    }

    @Test
    default void ignoresEntriesThatAreNotPending() {
        store().registerSink("sink");
        List<MessageEvent> events = threeEvents("one");
        long done = events.get(0).sequence();
        acknowledge("sink", List.of(done));

        assertThat(acknowledge(
                        "sink",
                        List.of(done, 1_000_000_000L, events.get(1).sequence()),
                        new PutOffReport(done, LATER),
                        new PutOffReport(1_000_000_001L, LATER)))
                .isTrue();

        assertThat(pending("sink", "default", LATER.plusSeconds(1)))
                .containsExactly(new PendingReport(events.get(2), 0));
    }

    @Test
    default void acknowledgesNothing() {
        store().registerSink("sink");

        assertThat(acknowledge("sink", List.of())).isTrue();
    }

    @Test
    default void acknowledgesUnderAFenceThatIsHeld() {
        store().registerSink("sink");
        List<MessageEvent> events = threeEvents("one");
        ExclusiveLease fence =
                store().acquire("sink", "a", NOW, NOW.plusSeconds(1)).orElseThrow();

        assertThat(store().acknowledge("sink", List.of(events.get(0).sequence()), List.of(), fence))
                .isTrue();

        assertThat(pending("sink")).hasSize(2);
    }

    @Test
    default void notesNothingUnderAFenceThatIsNotHeldAnyMore() {
        store().registerSink("sink");
        List<MessageEvent> events = threeEvents("one");
        ExclusiveLease lost =
                store().acquire("taken", "a", NOW, NOW.plusSeconds(1)).orElseThrow();
        assertThat(store().acquire("taken", "b", NOW.plusSeconds(1), UNTIL)).isPresent();
        ExclusiveLease released = store().acquire("released", "a", NOW, UNTIL).orElseThrow();
        store().release(released);
        List<PendingReport> before = pending("sink");

        for (ExclusiveLease fence : List.of(lost, released, new ExclusiveLease("never", "a", 1, UNTIL))) {
            assertThat(store().acknowledge(
                                    "sink",
                                    List.of(events.get(0).sequence()),
                                    List.of(new PutOffReport(events.get(1).sequence(), LATER)),
                                    fence))
                    .isFalse();
        }

        assertThat(pending("sink")).isEqualTo(before);
    }

    @Test
    default void acknowledgesManyEntriesAtOnce() {
        store().registerSink("sink");
        List<Long> done = new ArrayList<>();
        List<PutOffReport> putOff = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            enqueue(message("message " + i).content(BytesContent.of("x")));
        }
        for (PendingReport report : pending("sink")) {
            if (done.size() <= putOff.size()) {
                done.add(report.event().sequence());
            } else {
                putOff.add(new PutOffReport(report.event().sequence(), LATER));
            }
        }

        assertThat(store().acknowledge("sink", done, putOff, null)).isTrue();

        assertThat(pending("sink")).isEmpty();
        assertThat(pending("sink", "default", LATER)).hasSize(550).allMatch(report -> report.attempts() == 1);
    }
}
