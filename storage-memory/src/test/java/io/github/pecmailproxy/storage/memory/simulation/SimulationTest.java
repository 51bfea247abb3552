package io.github.pecmailproxy.storage.memory.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The engine through days of trouble. {@code -Dsimulation.seed=N} runs one seed and prints what happened. */
class SimulationTest {
    private static final long SEEDS = Long.getLong("simulation.seeds", 2_000);

    @Test
    void keepsEveryPromiseWhateverHappens() {
        Long only = Long.getLong("simulation.seed");
        if (only != null) {
            Simulation simulation = new Simulation(only, Mutation.NONE, true);
            Optional<Violation> violation = simulation.run();
            assertThat(violation)
                    .describedAs(() -> String.join("\n", simulation.lines()))
                    .isEmpty();
            System.out.println(String.join("\n", simulation.lines()));
            return;
        }
        List<String> failures = LongStream.range(0, SEEDS)
                .parallel()
                .mapToObj(seed -> new Simulation(seed, Mutation.NONE, false)
                        .run()
                        .map(violation -> "-Dsimulation.seed=" + seed + ": " + violation)
                        .orElse(""))
                .filter(failure -> !failure.isEmpty())
                .toList();
        assertThat(failures).isEmpty();
    }

    @Test
    void lastsForDays() {
        long hours = LongStream.range(0, 20)
                .map(seed -> {
                    Simulation simulation = new Simulation(seed, Mutation.NONE, false);
                    simulation.run();
                    return simulation.lasted().toHours();
                })
                .sum();
        assertThat(hours / 20).isGreaterThan(48);
    }

    @Test
    void aSeedTellsExactlyWhatHappens() {
        for (long seed = 0; seed < 20; seed++) {
            Simulation once = new Simulation(seed, Mutation.NONE, true);
            Simulation again = new Simulation(seed, Mutation.NONE, true);
            once.run();
            again.run();
            assertThat(String.join("\n", again.lines()).equals(String.join("\n", once.lines())))
                    .describedAs("seed %d runs the same course twice", seed)
                    .isTrue();
        }
    }
}
