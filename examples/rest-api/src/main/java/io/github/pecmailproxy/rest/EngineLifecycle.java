package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import org.springframework.context.SmartLifecycle;

/** Runs the engine while the application runs. */
final class EngineLifecycle implements SmartLifecycle {
    private final MailProxy proxy;

    EngineLifecycle(MailProxy proxy) {
        this.proxy = proxy;
    }

    @Override
    public void start() {
        proxy.start();
    }

    @Override
    public void stop() {
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
