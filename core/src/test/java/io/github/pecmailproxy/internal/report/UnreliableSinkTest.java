package io.github.pecmailproxy.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.report.ReportAnswer;
import io.github.pecmailproxy.report.ReportEntry;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three nodes report to a sink that fails, hangs until another node takes over, accepts half, drops, asks for pauses and answers
 * garbage. What it acknowledged never comes again, everything else does, and each message's entries come in their order.
 */
class UnreliableSinkTest {
    private static final String SINK = "host";
    private static final int MESSAGES = 12;
    private static final List<EventType> LIFE =
            List.of(EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY);

    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final List<Reporter> nodes = new ArrayList<>();
    private final Map<MessageKey, List<EventType>> acknowledged = new HashMap<>();
    private final Set<Long> known = new HashSet<>();
    private Random random = new Random(0);
    private boolean behaves;

    static Stream<Long> seeds() {
        return LongStream.rangeClosed(1, 25).boxed();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void losesAndDoublesNothing(long seed) {
        random = new Random(seed);
        store.registerSink(SINK);
        for (int node = 1; node <= 3; node++) {
            nodes.add(new Reporter(
                    store,
                    List.of(new NamedSink(SINK, this::deliver)),
                    "node-" + node,
                    new Alarm(new Alarms()),
                    MailProxyMetrics.none(),
                    clock));
        }
        for (EventType type : LIFE) {
            for (int i = 0; i < MESSAGES; i++) {
                happens(i % 2 == 0 ? "acme" : "beta", "m" + i, type);
            }
            turn();
        }
        for (int i = 0; i < 20; i++) {
            turn();
        }
        behaves = true;
        clock.advance(DeliveryReportSink.LONGEST_PAUSE);
        for (int i = 0; i < 3; i++) {
            turn();
        }
        assertThat(acknowledged)
                .hasSize(MESSAGES)
                .allSatisfy((message, types) -> assertThat(types).isEqualTo(LIFE));
    }

    private void turn() {
        nodes.get(random.nextInt(nodes.size())).reportOnce();
        clock.advance(Duration.ofSeconds(random.nextInt(4000)));
    }

    private ReportAnswer deliver(DeliveryReport report) throws Exception {
        assertThat(report.entries()).as("acknowledged before").noneMatch(entry -> known.contains(entry.sequence()));
        switch (behaves ? 9 : random.nextInt(10)) {
            case 0 -> throw new IOException("connection reset");
            case 1 -> throw new StackOverflowError();
            case 2 -> {
                return null;
            }
            case 3 -> {
                // Hangs: another node takes over, and this one finds out when it comes back.
                clock.advance(DeliveryReportSink.LONGEST_DELIVERY);
                nodes.get(random.nextInt(nodes.size())).reportOnce();
                throw new IOException("timed out");
            }
            case 4 -> {
                return acknowledge(report, ReportAnswer.acceptedExcept(some(report)));
            }
            case 5 -> {
                return acknowledge(report, ReportAnswer.accepted().dropping(some(report)));
            }
            case 6 -> {
                return acknowledge(report, ReportAnswer.acceptedExcept(Set.of(-1L, 0L, Long.MAX_VALUE)));
            }
            case 7 -> {
                return acknowledge(
                        report,
                        ReportAnswer.acceptedExcept(some(report))
                                .dropping(some(report))
                                .queued(random.nextLong())
                                .nextSyncAfter(clock.instant().plusSeconds(random.nextInt(10_000) - 2_000)));
            }
            default -> {
                return acknowledge(report, ReportAnswer.accepted());
            }
        }
    }

    private Set<Long> some(DeliveryReport report) {
        return report.entries().stream()
                .map(ReportEntry::sequence)
                .filter(sequence -> random.nextInt(3) == 0)
                .collect(Collectors.toSet());
    }

    /** Notes what counts as acknowledged: neither to be retried nor behind such an entry of its message. */
    private ReportAnswer acknowledge(DeliveryReport report, ReportAnswer answer) {
        Set<MessageKey> heldUp = new HashSet<>();
        for (ReportEntry entry : report.entries()) {
            if (answer.retry().contains(entry.sequence()) || heldUp.contains(entry.message())) {
                heldUp.add(entry.message());
            } else {
                known.add(entry.sequence());
                acknowledged
                        .computeIfAbsent(entry.message(), key -> Collections.synchronizedList(new ArrayList<>()))
                        .add(entry.type());
            }
        }
        return answer;
    }

    private void happens(String tenant, String id, EventType type) {
        TrackedMessage message = store.message(new MessageKey(tenant, id))
                .orElseGet(() -> store.put(Samples.message(new AccountKey(tenant, "pec"), true, id, "a@pec.example")));
        NewEvent event = new NewEvent(type, clock.instant(), EventData.NONE);
        store.apply(List.of(new MessageChange(message.next().build(), List.of(event))), clock.instant());
    }
}
