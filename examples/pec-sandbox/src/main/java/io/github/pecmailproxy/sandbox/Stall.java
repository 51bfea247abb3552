package io.github.pecmailproxy.sandbox;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A place where a server stands still until it is let go, so that a test can look at the moment in between. Thread-safe.
 *
 * @since 0.1.0
 */
public final class Stall {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    Stall() {}

    /**
     * Waits until a connection stands here.
     *
     * @param timeout how long to wait at most
     * @return false when none came in time
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean awaitReached(Duration timeout) throws InterruptedException {
        return reached.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Lets the connection go on, and every later one pass. */
    public void release() {
        released.countDown();
    }

    void standStill() throws InterruptedException {
        reached.countDown();
        released.await();
    }
}
