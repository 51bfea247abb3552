package io.github.pecmailproxy.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import io.github.pecmailproxy.metrics.ReportResult;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.report.ReportAnswer;
import io.github.pecmailproxy.report.ReportEntry;
import io.github.pecmailproxy.store.ExclusiveLease;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How events reach the host: at least once, in order, acknowledged one by one. */
@Timeout(30)
class ReporterTest {
    private static final String SINK = "host";

    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final Alarms alarms = new Alarms();
    private final Map<ReportResult, Integer> counted = new EnumMap<>(ReportResult.class);
    private final MailProxyMetrics metrics = new MailProxyMetrics() {
        @Override
        public synchronized void reported(String sink, ReportResult result, int entries) {
            counted.merge(result, entries, Integer::sum);
        }
    };
    private final List<DeliveryReport> delivered = new CopyOnWriteArrayList<>();
    private volatile DeliveryReportSink answer = DeliveryReportSink.accepting(report -> {});
    private final Reporter reporter = reporter("node-1");

    private Reporter reporter(String owner) {
        DeliveryReportSink sink = report -> {
            delivered.add(report);
            return answer.deliver(report);
        };
        return new Reporter(store, List.of(new NamedSink(SINK, sink)), owner, new Alarm(alarms), metrics, clock);
    }

    @BeforeEach
    void register() {
        store.registerSink(SINK);
    }

    @AfterEach
    void stop() throws InterruptedException {
        reporter.stop(Duration.ofSeconds(5));
    }

    @Test
    void deliversEventsInTheirOrder() {
        happens("acme", "m1", EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE);
        assertThat(reporter.reportOnce()).isEqualTo(3);
        assertThat(types(delivered.get(0))).containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE);
    }

    @Test
    void deliversNothingTwiceThatWasAccepted() {
        happens("acme", "m1", EventType.SENT);
        reporter.reportOnce();
        assertThat(reporter.reportOnce()).isZero();
        assertThat(delivered).hasSize(1);
    }

    @Test
    void keepsTenantsApart() {
        happens("acme", "m1", EventType.SENT);
        happens("beta", "m1", EventType.SENT);
        reporter.reportOnce();
        assertThat(delivered).extracting(DeliveryReport::tenant).containsExactly("acme", "beta");
        assertThat(delivered).allSatisfy(report -> assertThat(report.entries()).hasSize(1));
    }

    @Test
    void deliversALargeBacklogInSeveralReports() {
        for (int i = 0; i < 450; i++) {
            happens("acme", "m" + i, EventType.SENT);
        }
        assertThat(reporter.reportOnce()).isEqualTo(450);
        assertThat(delivered)
                .extracting(report -> report.entries().size())
                .containsExactly(DeliveryReportSink.LARGEST_REPORT, DeliveryReportSink.LARGEST_REPORT, 50);
    }

    // ---- sinks that refuse

    @Test
    void deliversEverythingAgainThatASinkThrewAway() {
        happens("acme", "m1", EventType.SENT);
        answer = report -> {
            throw new IllegalStateException("the host is restarting");
        };
        assertThat(reporter.reportOnce()).isZero();
        answer = DeliveryReportSink.accepting(report -> {});
        assertThat(reporter.reportOnce()).isZero();
        clock.advance(DeliveryReportSink.RETRY_DELAY);
        assertThat(reporter.reportOnce()).isEqualTo(1);
        assertThat(delivered.get(1).entries().get(0).attempts()).isEqualTo(1);
    }

    @Test
    void tellsThatASinkRefused() {
        happens("acme", "m1", EventType.SENT);
        answer = report -> {
            throw new IllegalStateException("the host is restarting");
        };
        reporter.reportOnce();
        assertThat(alarms.of(OperationalEvent.EngineTrouble.class))
                .singleElement()
                .satisfies(trouble -> assertThat(trouble.reason()).contains(SINK, "acme", "the host is restarting"));
    }

    @Test
    void waitsLongerAfterEveryRefusalAndAtMostAboutAnHour() {
        happens("acme", "m1", EventType.SENT);
        answer = report -> {
            throw new IllegalStateException("no");
        };
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            reporter.reportOnce();
            int before = delivered.size();
            Duration waited = Duration.ZERO;
            while (store.tenantsToReport(SINK, clock.instant()).isEmpty()) {
                clock.advance(Duration.ofSeconds(30));
                waited = waited.plusSeconds(30);
            }
            waits.add(waited);
            assertThat(delivered).hasSize(before);
        }
        assertThat(waits).isSorted();
        assertThat(waits.get(0)).isEqualTo(Duration.ofSeconds(30));
        assertThat(waits.get(1)).isEqualTo(Duration.ofSeconds(60));
        assertThat(waits.get(9)).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(65));
    }

    @Test
    void acknowledgesOnlyWhatTheSinkAccepted() {
        happens("acme", "m1", EventType.SENT);
        happens("acme", "m2", EventType.SENT);
        answer = report ->
                ReportAnswer.acceptedExcept(Set.of(report.entries().get(0).sequence()));
        assertThat(reporter.reportOnce()).isEqualTo(1);
        clock.advance(DeliveryReportSink.RETRY_DELAY);
        answer = DeliveryReportSink.accepting(report -> {});
        reporter.reportOnce();
        assertThat(delivered.get(1).entries())
                .singleElement()
                .satisfies(entry -> assertThat(entry.message().id()).isEqualTo("m1"));
    }

    @Test
    void laterEventsOfAMessageWaitForTheOneThatWasRefused() {
        happens("acme", "m1", EventType.SENT);
        answer = report -> {
            throw new IllegalStateException("no");
        };
        reporter.reportOnce();
        answer = DeliveryReportSink.accepting(report -> {});
        happens("acme", "m1", EventType.PEC_ACCEPTANCE);
        happens("acme", "m2", EventType.SENT);
        reporter.reportOnce();
        assertThat(delivered.get(1).entries())
                .extracting(entry -> entry.message().id())
                .containsExactly("m2");
        clock.advance(DeliveryReportSink.RETRY_DELAY);
        reporter.reportOnce();
        assertThat(types(delivered.get(2))).containsExactly(EventType.SENT, EventType.PEC_ACCEPTANCE);
    }

    @Test
    void tenantWhoseSinkThrowsCostsNoOtherItsReport() {
        happens("acme", "m1", EventType.SENT);
        happens("beta", "m1", EventType.SENT);
        answer = report -> {
            if (report.tenant().equals("acme")) {
                throw new IllegalStateException("no");
            }
            return ReportAnswer.accepted();
        };
        assertThat(reporter.reportOnce()).isEqualTo(1);
    }

    @Test
    void takesNoAnswerForARefusal() {
        happens("acme", "m1", EventType.SENT);
        happens("beta", "m1", EventType.SENT);
        answer = report -> null;
        assertThat(reporter.reportOnce()).isZero();
        assertThat(delivered).hasSize(2);
    }

    @Test
    void takesAnErrorForARefusal() {
        happens("acme", "m1", EventType.SENT);
        happens("beta", "m1", EventType.SENT);
        answer = report -> {
            throw new NoClassDefFoundError("host/Part");
        };
        assertThat(reporter.reportOnce()).isZero();
        assertThat(delivered).hasSize(2);
    }

    // ---- one at a time

    @Test
    void leavesAChannelAloneThatAnotherNodeWorksOn() {
        happens("acme", "m1", EventType.SENT);
        store.acquire(
                "report/" + SINK + "/acme",
                "node-2",
                clock.instant(),
                clock.instant().plusSeconds(60));
        assertThat(reporter.reportOnce()).isZero();
        assertThat(delivered).isEmpty();
    }

    @Test
    void givesTheChannelBackWhenItIsDone() {
        happens("acme", "m1", EventType.SENT);
        reporter.reportOnce();
        assertThat(store.holder("report/" + SINK + "/acme")).isEmpty();
    }

    @Test
    void notesNothingWhenAnotherNodeTookOverMeanwhile() {
        happens("acme", "m1", EventType.SENT);
        answer = report -> {
            clock.advance(DeliveryReportSink.LONGEST_DELIVERY);
            store.acquire(
                    "report/" + SINK + "/acme",
                    "node-2",
                    clock.instant(),
                    clock.instant().plusSeconds(60));
            return ReportAnswer.accepted();
        };
        assertThat(reporter.reportOnce()).isZero();
        assertThat(store.tenantsToReport(SINK, clock.instant())).containsExactly("acme");
        assertThat(alarms.of(OperationalEvent.EngineTrouble.class)).hasSize(1);
    }

    @Test
    void slowSinkIsAcknowledgedWhenNobodyElseTookOver() {
        happens("acme", "m1", EventType.SENT);
        answer = report -> {
            clock.advance(DeliveryReportSink.LONGEST_DELIVERY.multipliedBy(2));
            return ReportAnswer.accepted();
        };
        assertThat(reporter.reportOnce()).isEqualTo(1);
    }

    @Test
    void renewsItsRightWithEveryReportOfALargeBacklog() {
        for (int i = 0; i < 450; i++) {
            happens("acme", "m" + i, EventType.SENT);
        }
        List<ExclusiveLease> held = new ArrayList<>();
        answer = report -> {
            held.add(store.holder("report/" + SINK + "/acme").orElseThrow());
            clock.advance(DeliveryReportSink.LONGEST_DELIVERY.dividedBy(2));
            return ReportAnswer.accepted();
        };
        reporter.reportOnce();
        assertThat(held)
                .extracting(ExclusiveLease::token)
                .containsOnly(held.get(0).token());
        assertThat(held).extracting(ExclusiveLease::until).doesNotHaveDuplicates();
    }

    @Test
    void neverDeliversForOneTenantTwiceAtTheSameTime() throws InterruptedException {
        happens("acme", "m1", EventType.SENT);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        answer = report -> {
            begun.countDown();
            assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
            return ReportAnswer.accepted();
        };
        reporter.startDeliveries();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reporter.reportOnce()).isZero();
        reporter.startDeliveries();
        released.countDown();
        await().until(() -> store.tenantsToReport(SINK, clock.instant()).isEmpty());
        assertThat(delivered).hasSize(1);
    }

    @Test
    void sinkThatHangsForOneTenantHoldsUpNoOther() throws InterruptedException {
        happens("acme", "m1", EventType.SENT);
        happens("beta", "m1", EventType.SENT);
        CountDownLatch released = new CountDownLatch(1);
        CountDownLatch other = new CountDownLatch(1);
        answer = report -> {
            if (report.tenant().equals("acme")) {
                assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
            } else {
                other.countDown();
            }
            return ReportAnswer.accepted();
        };
        reporter.startDeliveries();
        assertThat(other.await(20, TimeUnit.SECONDS)).isTrue();
        released.countDown();
    }

    @Test
    void stopInterruptsASinkThatHangsAndNotesNothing() throws InterruptedException {
        happens("acme", "m1", EventType.SENT);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean disturbedStore = new AtomicBoolean();
        store.before(operation -> {
            if (Thread.currentThread().isInterrupted()) {
                disturbedStore.set(true);
            }
            if (operation.equals("release")) {
                ended.countDown();
            }
        });
        answer = report -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return ReportAnswer.accepted();
        };
        reporter.startDeliveries();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        reporter.stop(Duration.ofMillis(1));
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(store.tenantsToReport(SINK, clock.instant())).containsExactly("acme");
        assertThat(disturbedStore).isFalse();
    }

    @Test
    void deliversAgainWhatCouldNotBeNoted() {
        happens("acme", "m1", EventType.SENT);
        store.before(operation -> {
            if (operation.equals("acknowledge")) {
                throw new io.github.pecmailproxy.store.RetryableStoreException("away", null);
            }
        });
        try {
            reporter.reportOnce();
        } catch (io.github.pecmailproxy.store.RetryableStoreException expected) {
            assertThat(expected).hasMessage("away");
        }
        store.before(operation -> {});
        assertThat(store.holder("report/" + SINK + "/acme")).isEmpty();
        assertThat(reporter.reportOnce()).isEqualTo(1);
        assertThat(delivered).hasSize(2);
    }

    // ---- entries dropped, pauses, invitations, heartbeats

    @Test
    void doesNotDeliverAgainWhatASinkDropped() {
        happens("acme", "m1", EventType.SENT);
        happens("acme", "m2", EventType.SENT);
        answer = report ->
                ReportAnswer.accepted().dropping(Set.of(report.entries().get(0).sequence()));
        assertThat(reporter.reportOnce()).isEqualTo(2);
        clock.advance(Duration.ofHours(2));
        assertThat(reporter.reportOnce()).isZero();
        assertThat(delivered).hasSize(1);
    }

    @Test
    void deliversAgainRatherThanDropWhatIsSaidToBeBoth() {
        happens("acme", "m1", EventType.SENT);
        answer = report -> {
            Set<Long> both = Set.of(report.entries().get(0).sequence());
            return ReportAnswer.acceptedExcept(both).dropping(both);
        };
        assertThat(reporter.reportOnce()).isZero();
    }

    @Test
    void leavesATenantAloneAsLongAsItWishesOnEveryNode() {
        Reporter other = reporter("node-2");
        happens("acme", "m1", EventType.SENT);
        happens("beta", "m1", EventType.SENT);
        answer = report -> report.tenant().equals("acme")
                ? ReportAnswer.accepted().nextSyncAfter(clock.instant().plusSeconds(600))
                : ReportAnswer.accepted();
        assertThat(reporter.reportOnce()).isEqualTo(2);
        happens("acme", "m2", EventType.SENT);
        happens("beta", "m2", EventType.SENT);
        clock.advance(Duration.ofSeconds(599));
        assertThat(reporter.reportOnce()).as("beta wished no pause").isEqualTo(1);
        assertThat(other.reportOnce()).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(other.reportOnce()).as("another node may begin").isEqualTo(1);
        assertThat(delivered).hasSize(4);
    }

    @Test
    void neverPausesForLongerThanADay() {
        happens("acme", "m1", EventType.SENT);
        answer = report -> ReportAnswer.accepted().nextSyncAfter(clock.instant().plus(Duration.ofDays(4000)));
        reporter.reportOnce();
        answer = DeliveryReportSink.accepting(report -> {});
        happens("acme", "m2", EventType.SENT);
        clock.advance(DeliveryReportSink.LONGEST_PAUSE);
        assertThat(reporter.reportOnce()).isEqualTo(1);
    }

    @Test
    void callsATenantAgainAtOnceThatHasMessagesToHandIn() {
        happens("acme", "m1", EventType.SENT);
        answer = report -> ReportAnswer.accepted().queued(3);
        reporter.reportOnce();
        reporter.reportOnce();
        answer = DeliveryReportSink.accepting(report -> {});
        reporter.reportOnce();
        reporter.reportOnce();
        assertThat(delivered).extracting(report -> report.entries().size()).containsExactly(1, 0, 0);
    }

    @Test
    void callsTenantsThatHadNothingToHear() {
        Reporter beating = heartbeats("node-1");
        beating.reportOnce();
        clock.advance(DeliveryReportSink.DEFAULT_HEARTBEAT.minusSeconds(1));
        beating.reportOnce();
        assertThat(delivered).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        beating.reportOnce();
        beating.reportOnce();
        assertThat(delivered).containsExactly(new DeliveryReport("acme", List.of()));
        assertThat(store.holder("report/" + SINK + "/acme")).isEmpty();
    }

    @Test
    void everyReportPutsTheHeartbeatOff() {
        Reporter beating = heartbeats("node-1");
        beating.reportOnce();
        clock.advance(DeliveryReportSink.DEFAULT_HEARTBEAT.minusSeconds(1));
        happens("acme", "m1", EventType.SENT);
        beating.reportOnce();
        clock.advance(DeliveryReportSink.DEFAULT_HEARTBEAT.minusSeconds(1));
        beating.reportOnce();
        assertThat(delivered).hasSize(1);
    }

    @Test
    void oneNodeCallsForAll() {
        List<Reporter> nodes = List.of(heartbeats("node-1"), heartbeats("node-2"), heartbeats("node-3"));
        for (int minute = 0; minute <= 60; minute++) {
            nodes.forEach(Reporter::reportOnce);
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(delivered).hasSize(12);
    }

    @Test
    void anotherNodeSoonCallsWhereTheFirstIsNoMore() {
        Reporter dead = heartbeats("node-1");
        Reporter alive = heartbeats("node-2");
        dead.reportOnce();
        alive.reportOnce();
        clock.advance(DeliveryReportSink.DEFAULT_HEARTBEAT);
        dead.reportOnce();
        int before = delivered.size();
        for (int minute = 0; minute <= 10; minute++) {
            alive.reportOnce();
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(delivered).hasSize(before + 1);
    }

    @Test
    void countsWhatBecameOfEachEntry() {
        for (int i = 0; i < 6; i++) {
            happens("acme", "m" + i, EventType.SENT);
        }
        answer = report -> {
            List<Long> entries =
                    report.entries().stream().map(ReportEntry::sequence).toList();
            return ReportAnswer.acceptedExcept(Set.copyOf(entries.subList(0, 1)))
                    .dropping(Set.copyOf(entries.subList(1, 3)));
        };
        reporter.reportOnce();
        assertThat(counted)
                .isEqualTo(Map.of(ReportResult.RETRIED, 1, ReportResult.DROPPED, 2, ReportResult.ACCEPTED, 3));
    }

    // ---- nodes that die, sinks that hang

    @Test
    void anotherNodeTakesOverAMinuteAfterOneDied() throws InterruptedException {
        happens("acme", "m1", EventType.SENT);
        Hanging hanging = new Hanging();
        answer = hanging;
        reporter.startDeliveries();
        hanging.awaitBegun(1);
        answer = DeliveryReportSink.accepting(report -> {});
        Reporter other = reporter("node-2");
        clock.advance(DeliveryReportSink.TAKEOVER.minusSeconds(1));
        assertThat(other.reportOnce()).isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(other.reportOnce()).as("nobody renewed its right").isEqualTo(1);
        hanging.release();
    }

    @Test
    void noOtherNodeDeliversWhatAnSlowSinkIsWorkingOn() throws InterruptedException {
        happens("acme", "m1", EventType.SENT);
        Hanging hanging = new Hanging();
        answer = hanging;
        reporter.startDeliveries();
        hanging.awaitBegun(1);
        Reporter other = reporter("node-2");
        for (int i = 0; i < 29; i++) {
            clock.advance(DeliveryReportSink.TAKEOVER.dividedBy(3));
            reporter.renewLeases();
            assertThat(other.reportOnce()).isZero();
        }
        hanging.release();
        await().until(() -> store.tenantsToReport(SINK, clock.instant()).isEmpty());
        assertThat(delivered).hasSize(1);
    }

    @Test
    void anotherNodeTakesOverFromASinkThatHangsForTooLong() throws InterruptedException {
        happens("acme", "m1", EventType.SENT);
        Hanging hanging = new Hanging();
        answer = hanging;
        reporter.startDeliveries();
        hanging.awaitBegun(1);
        answer = DeliveryReportSink.accepting(report -> {});
        Duration passed = Duration.ZERO;
        while (passed.compareTo(DeliveryReportSink.LONGEST_DELIVERY.plus(DeliveryReportSink.TAKEOVER)) < 0) {
            clock.advance(Duration.ofSeconds(20));
            passed = passed.plusSeconds(20);
            reporter.renewLeases();
        }
        assertThat(reporter("node-2").reportOnce()).isEqualTo(1);
        hanging.release();
    }

    @Test
    void whatIsGivenBackIsNotRenewed() {
        happens("acme", "m1", EventType.SENT);
        reporter.reportOnce();
        reporter.renewLeases();
        assertThat(store.holder("report/" + SINK + "/acme")).isEmpty();
    }

    @Test
    void anyNumberOfTenantsThatHangHoldsUpNoOther() throws InterruptedException {
        for (int i = 0; i < 40; i++) {
            happens("hanging-" + i, "m1", EventType.SENT);
        }
        Hanging hanging = new Hanging();
        answer = hanging;
        int begun = 0;
        while (begun < 40) {
            reporter.startDeliveries();
            begun = Math.min(40, begun + DeliveryThreads.MOST_AT_ONCE);
            hanging.awaitBegun(begun);
            assertThat(delivered).hasSize(begun);
            clock.advance(DeliveryThreads.SLOW);
        }
        answer = DeliveryReportSink.accepting(report -> {});
        happens("quick", "m1", EventType.SENT);
        reporter.startDeliveries();
        await().until(() ->
                delivered.stream().anyMatch(report -> report.tenant().equals("quick")));
        hanging.release();
        await().until(() -> store.tenantsToReport(SINK, clock.instant()).isEmpty());
    }

    private Reporter heartbeats(String owner) {
        DeliveryReportSink sink = new DeliveryReportSink() {
            @Override
            public ReportAnswer deliver(DeliveryReport report) throws Exception {
                delivered.add(report);
                return answer.deliver(report);
            }

            @Override
            public List<String> heartbeatTenants() {
                return List.of("acme");
            }
        };
        return new Reporter(store, List.of(new NamedSink(SINK, sink)), owner, new Alarm(alarms), metrics, clock);
    }

    /** A sink that takes everything, but not before it is released. */
    private static final class Hanging implements DeliveryReportSink {
        private final AtomicInteger begun = new AtomicInteger();
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public ReportAnswer deliver(DeliveryReport report) throws InterruptedException {
            begun.incrementAndGet();
            released.await();
            return ReportAnswer.accepted();
        }

        void awaitBegun(int deliveries) {
            await().until(() -> begun.get() >= deliveries);
        }

        void release() {
            released.countDown();
        }
    }

    private void happens(String tenant, String id, EventType... types) {
        MessageKey key = new MessageKey(tenant, id);
        TrackedMessage message = store.message(key)
                .orElseGet(() -> store.put(Samples.message(new AccountKey(tenant, "pec"), true, id, "a@pec.example")));
        List<NewEvent> events = new ArrayList<>();
        for (EventType type : types) {
            events.add(new NewEvent(type, clock.instant(), EventData.NONE));
        }
        store.apply(List.of(new MessageChange(message.next().build(), events)), clock.instant());
    }

    private static List<EventType> types(DeliveryReport report) {
        return report.entries().stream().map(ReportEntry::type).toList();
    }
}
