package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Runs the engine while the application runs. */
final class EngineLifecycle implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLifecycle.class);
    private static final long BEAT_SECONDS = 2;

    private final MailProxy proxy;
    private final HttpSyncSink sink;
    private final ScheduledExecutorService heart = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "sync-heartbeat");
        thread.setDaemon(true);
        return thread;
    });

    EngineLifecycle(MailProxy proxy, HttpSyncSink sink) {
        this.proxy = proxy;
        this.sink = sink;
    }

    @Override
    public void start() {
        proxy.start();
        var unused = heart.scheduleWithFixedDelay(this::beat, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
    }

    private void beat() {
        try {
            sink.beat();
        } catch (RuntimeException trouble) {
            LOG.warn("The tenants could not be called", trouble); // The next turn tries again.
        }
    }

    @Override
    public void stop() {
        heart.shutdownNow();
        proxy.stop(MailProxy.DEFAULT_STOP_GRACE);
    }

    @Override
    public boolean isRunning() {
        return proxy.isRunning();
    }

    /** Before the web server, which has the greatest phases; so it stops after it. */
    @Override
    public int getPhase() {
        return 0;
    }
}
