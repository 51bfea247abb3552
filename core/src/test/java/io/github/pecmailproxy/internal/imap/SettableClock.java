package io.github.pecmailproxy.internal.imap;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that passes when a test says so. */
final class SettableClock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-03-02T10:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    synchronized void advance(Duration time) {
        now = now.plus(time);
    }
}
