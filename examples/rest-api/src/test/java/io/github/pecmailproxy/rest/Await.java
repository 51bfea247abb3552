package io.github.pecmailproxy.rest;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/** Waits for a condition, far longer than any machine needs. */
final class Await {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Duration TURN = Duration.ofMillis(50);

    private Await() {}

    static void until(Callable<Boolean> condition) {
        Awaitility.await().atMost(LONGEST).pollInterval(TURN).until(condition);
    }

    static void untilAsserted(ThrowingRunnable assertion) {
        Awaitility.await().atMost(LONGEST).pollInterval(TURN).untilAsserted(assertion);
    }
}
