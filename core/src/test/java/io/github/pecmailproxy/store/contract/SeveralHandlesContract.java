package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.ChangeFixture.cancelled;
import static io.github.pecmailproxy.store.contract.ChangeFixture.deferred;
import static io.github.pecmailproxy.store.contract.ChangeFixture.sent;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static io.github.pecmailproxy.store.contract.ReceiptFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.RateLimit;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.LeaseBatch;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.PutOffReport;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.StoredAccount;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Proves what several handles on the same data promise each other, and that the data outlive a handle. */
interface SeveralHandlesContract extends StoreUnderTest {
    List<String> SINKS = List.of("first", "second");

    default EventStore secondHandle() {
        Optional<EventStore> handle = anotherHandle();
        // On one line, so that whoever counts skipped tests can read why.
        assumeTrue(handle.isPresent(), "the store cannot have another handle");
        return handle.orElseThrow();
    }

    /** Puts something of everything into the store. */
    default void fill() {
        SINKS.forEach(store()::registerSink);
        enqueueAll(
                message("waiting").batch("held"),
                message("sending").account("other"),
                message("sent").account("other"),
                message("deferred").tenant("other").content(BytesContent.random(200_000, 1)),
                message("finished").ordinary());
        lease(new AccountKey("default", "other"), 1, NOW);
        TrackedMessage sent =
                applied(sent(current(message("sent").build().message().key()), NOW));
        applied(deferred(
                current(message("deferred").tenant("other").build().message().key()), NOW, NOW.plusSeconds(60)));
        applied(cancelled(current(message("finished").build().message().key()), NOW));
        store().record(
                        new ReceiptUnit(
                                null,
                                List.of(
                                        receipt("kept")
                                                .message(sent.key())
                                                .eventKey("key")
                                                .build(),
                                        receipt("bare")
                                                .disposition(Disposition.FOREIGN)
                                                .withoutContent()
                                                .build()),
                                List.of(),
                                List.of(ChangeFixture.delivered(sent, NOW)),
                                List.of(new MailboxCursor(INBOX, 77, 12, NOW))),
                        NOW);
        List<MessageEvent> events = store().events(sent.key());
        store().acknowledge(
                        "first",
                        List.of(events.get(0).sequence()),
                        List.of(new PutOffReport(events.get(1).sequence(), NOW.plusSeconds(60))),
                        null);
        store().suspend(new Suspension(new SuspensionScope.Batch("default", "held"), "why", NOW));
        store().saveAccount(new StoredAccount(ACCOUNT, "{}", NOW));
    }

    @Test
    default void hasTheSameIdentityOnEveryHandle() {
        EventStore second = secondHandle();

        assertThat(second.id()).isEqualTo(store().id());
        store().close();
        assertThat(secondHandle().id()).isEqualTo(second.id());
    }

    @Test
    default void showsEverythingToAnotherHandle() {
        EventStore second = secondHandle();
        fill();

        assertThat(StoreSnapshot.of(second, SINKS, List.of(INBOX)))
                .isEqualTo(StoreSnapshot.of(store(), SINKS, List.of(INBOX)));
    }

    @Test
    default void keepsEverythingAfterTheLastHandleIsClosed() {
        fill();
        StoreSnapshot before = StoreSnapshot.of(store(), SINKS, List.of(INBOX));
        store().close();

        EventStore reopened = secondHandle();

        assertThat(StoreSnapshot.of(reopened, SINKS, List.of(INBOX))).isEqualTo(before);
        assertThat(reopened.knownReceipts(ACCOUNT, List.of(), List.of("key"))).containsExactly("key");
    }

    @Test
    default void goesOnCountingAfterItWasReopened() {
        fill();
        TrackedMessage last = enqueue(message("last"));
        long lastEvent = store().events(last.key()).get(0).sequence();
        store().close();
        EventStore reopened = secondHandle();

        EnqueueOutcome outcome =
                reopened.enqueue(List.of(message("next").build())).get(0);

        TrackedMessage next = stored(outcome);
        assertThat(next.sequence()).isGreaterThan(last.sequence());
        assertThat(reopened.events(next.key()).get(0).sequence()).isGreaterThan(lastEvent);
        assertThat(reopened.pendingReports("second", "default", NOW, 1_000))
                .as("the sinks are still known")
                .anyMatch(report -> report.event().message().equals(next.key()));
        assertThat(reopened.enqueue(List.of(message("last").build())))
                .containsExactly(new EnqueueOutcome.AlreadyStored(last));
    }

    @Test
    default void keepsLeasesAndFencesAfterItWasReopened() {
        enqueue(message("one"));
        TrackedMessage leased = leaseOne();
        ExclusiveLease lease = store().acquire("mailbox", "a", NOW, UNTIL).orElseThrow();
        ExclusiveLease released = store().acquire("released", "a", NOW, UNTIL).orElseThrow();
        store().release(released);
        store().close();
        EventStore reopened = secondHandle();

        assertThat(reopened.lease(List.of(new LeaseRequest(ACCOUNT, 1, List.of())), NOW, UNTIL)
                        .get(0)
                        .messages())
                .isEmpty();
        assertThat(reopened.overdue(UNTIL, 10)).containsExactly(leased);
        assertThat(reopened.apply(List.of(sent(leased, NOW)), NOW)).isEmpty();
        assertThat(reopened.acquire("mailbox", "b", NOW, UNTIL)).isEmpty();
        assertThat(reopened.acquire("mailbox", "a", NOW, UNTIL)).contains(lease);
        assertThat(reopened.acquire("released", "a", NOW, UNTIL).orElseThrow().token())
                .isGreaterThan(released.token());
    }

    @Test
    default void countsRateLimitsAcrossHandlesAndRestarts() {
        enqueueAll(message("1"), message("2"), message("3"), message("4"), message("5"));
        EventStore second = secondHandle();
        List<LeaseRequest> request = List.of(new LeaseRequest(ACCOUNT, 2, List.of(RateLimit.perHour(4))));

        assertThat(store().lease(request, NOW, UNTIL).get(0).messages()).hasSize(2);
        assertThat(second.lease(request, NOW, UNTIL).get(0).messages()).hasSize(2);
        store().close();
        second.close();
        LeaseBatch batch = secondHandle().lease(request, NOW, UNTIL).get(0);

        assertThat(batch.messages()).isEmpty();
        assertThat(batch.limitedUntil()).isEqualTo("2026-03-02T11:00:00Z");
    }

    @Test
    default void heedsASuspensionMadeThroughAnotherHandle() {
        enqueue(message("one"));
        EventStore second = secondHandle();
        SuspensionScope scope = new SuspensionScope.Tenant("default");
        assertThat(store().suspensions()).isEmpty();

        second.suspend(new Suspension(scope, "why", NOW));
        assertThat(leasedIds(1)).isEmpty();

        second.activate(scope);
        assertThat(leasedIds(1)).containsExactly("one");
    }

    @Test
    default void entersEventsForASinkRegisteredThroughAnotherHandle() {
        EventStore second = secondHandle();
        TrackedMessage message = enqueue(message("one"));
        second.registerSink("sink");

        applied(cancelled(message, NOW));

        assertThat(pending("sink")).hasSize(1);
    }

    @Test
    default void refusesAChangeThatAnotherHandleForestalled() {
        TrackedMessage message = enqueue(message("one"));
        EventStore second = secondHandle();

        assertThat(second.apply(List.of(cancelled(message, NOW)), NOW)).isEmpty();
        assertThat(store().apply(List.of(cancelled(message, NOW)), NOW)).containsExactly(message.key());
    }

    @Test
    default void refusesAFenceThatAnotherHandleTook() {
        ExclusiveLease lost = store().acquire("mailbox", "a", NOW, UNTIL).orElseThrow();
        EventStore second = secondHandle();
        assertThat(second.acquire("mailbox", "b", NOW, UNTIL)).isEmpty();
        assertThat(second.acquire("mailbox", "b", UNTIL, UNTIL.plusSeconds(60))).isPresent();

        assertThat(store().record(new ReceiptUnit(lost, List.of(), List.of(), List.of(), List.of()), NOW))
                .isFalse();
        assertThat(store().acknowledge("sink", List.of(), List.of(), lost)).isFalse();
    }

    @Test
    default void goesOnWorkingWhenAnotherHandleIsClosed() {
        EventStore second = secondHandle();
        second.enqueue(List.of(message("one").build()));
        second.close();

        assertThat(leasedIds(1)).containsExactly("one");
    }
}
