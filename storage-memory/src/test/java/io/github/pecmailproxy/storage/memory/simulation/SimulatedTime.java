package io.github.pecmailproxy.storage.memory.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The time of the world, and the clock of the store, which may be wrong. */
final class SimulatedTime implements InstantSource {
    private Instant world;
    private Duration error = Duration.ZERO;

    SimulatedTime(Instant start) {
        world = start;
    }

    /** Returns what the store's clock shows. */
    @Override
    public Instant instant() {
        return world.plus(error);
    }

    /** Returns what time it is for everybody else. */
    Instant world() {
        return world;
    }

    void advance(Duration time) {
        world = world.plus(time);
    }

    void setClock(Duration forward) {
        error = error.plus(forward);
    }
}
