package io.github.pecmailproxy.internal.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.lifecycle.RetrySchedule;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three nodes watch the deadlines of the same messages, at the same time and by clocks that jump. */
@Timeout(60)
class SeveralNodesTimeoutTest {
    private static final int NODES = 3;
    private static final int MESSAGES = 50;

    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final CyclicBarrier together = new CyclicBarrier(NODES);

    @Test
    void raiseOneTimeoutForEachStageAndRecipient() throws Exception {
        for (int i = 0; i < MESSAGES; i++) {
            store.put(Samples.pecMessage("m" + i, "anna@pec.example", "carla@pec.example")
                    .next()
                    .state(MessageState.SENT)
                    .sentAt(clock.instant())
                    .deadline(clock.instant().plus(MailAccount.DEFAULT_ACCEPTANCE_TIMEOUT))
                    .build());
        }
        ExecutorService threads = Executors.newFixedThreadPool(NODES);
        try {
            for (Duration jump : List.of(
                    Duration.ofMinutes(29),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(-25),
                    Duration.ofHours(25),
                    Duration.ofHours(-3),
                    Duration.ofHours(5),
                    Duration.ofDays(40),
                    Duration.ofDays(-39),
                    Duration.ofDays(400))) {
                clock.advance(jump);
                store.put(
                        new MailboxCursor(new MailboxKey(Samples.pecAccount().key(), "INBOX"), 1, 1, clock.instant()));
                checkAtOnce(threads);
                checkAtOnce(threads);
            }
        } finally {
            threads.shutdownNow();
        }
        for (int i = 0; i < MESSAGES; i++) {
            assertThat(store.events(store.get("m" + i).key()))
                    .allMatch(event -> event.type() == EventType.PEC_TIMEOUT)
                    .extracting(event -> event.data().text("stage").orElseThrow()
                            + event.data().text("recipient").map(" "::concat).orElse(""))
                    .containsExactlyInAnyOrder("acceptance", "delivery anna@pec.example", "delivery carla@pec.example");
        }
    }

    private void checkAtOnce(ExecutorService threads) throws Exception {
        List<Future<?>> checks = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            // Each node's clock is a little off.
            Duration off = Duration.ofSeconds(node);
            DeadlineMonitor monitor = monitor(() -> clock.instant().plus(off));
            checks.add(threads.submit(() -> {
                together.await();
                return monitor.checkOnce();
            }));
        }
        for (Future<?> check : checks) {
            check.get();
        }
    }

    private DeadlineMonitor monitor(InstantSource nodesClock) {
        AccountSource accounts = () -> List.of(Samples.pecAccount());
        TransmissionRules rules = new TransmissionRules(new RetrySchedule(List.of(Duration.ofMinutes(1)), () -> 0L));
        return new DeadlineMonitor(store, accounts, rules, doubt -> {}, new Alarm(new Alarms()), nodesClock);
    }
}
