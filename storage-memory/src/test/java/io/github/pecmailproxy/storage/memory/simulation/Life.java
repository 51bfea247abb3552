package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.MailProxy;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One life of a node, from its start to its crash or leave. */
final class Life {
    private final Simulation simulation;
    private final String name;
    private final Set<String> active = new HashSet<>();
    private boolean dead;
    private @Nullable MailProxy proxy;

    Life(Simulation simulation, String name) {
        this.simulation = simulation;
        this.name = name;
    }

    String name() {
        return name;
    }

    boolean isDead() {
        return dead;
    }

    void born(MailProxy started) {
        proxy = started;
    }

    void die() {
        dead = true;
        proxy = null;
    }

    /** Does something to the world: before and after it the node may die, or stand still while the world goes on. */
    <T> T touch(String step, Supplier<T> effect) {
        reach("before " + step);
        T result = effect.get();
        reach("after " + step);
        return result;
    }

    /** Comes to a point at which a node may die or stand still. */
    void reach(String point) {
        requireAlive();
        simulation.interrupt(this, point);
        requireAlive();
    }

    private void requireAlive() {
        if (dead) {
            throw new Crashed();
        }
    }

    /** Runs one of the node's loops once, unless the loop is in the middle of something or the node is dead. */
    void run(String loop, Consumer<MailProxy> turn) {
        MailProxy running = proxy;
        if (running == null || !active.add(loop)) {
            return;
        }
        simulation.trace().add(name, loop);
        try {
            turn.accept(running);
        } catch (Crashed dying) {
            simulation.trace().add(name, loop, " ends with the node");
        } catch (RuntimeException failed) {
            simulation.stepFailed(this, loop, failed);
        } finally {
            active.remove(loop);
        }
    }
}
