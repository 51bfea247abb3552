package io.github.pecmailproxy.storage.memory.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every promise is broken on purpose, and the simulation tells. */
class PlantedBugTest {
    private static final int SEEDS = 200;

    @ParameterizedTest
    @EnumSource
    void isFound(PlantedBug bug) {
        Optional<Violation> found = LongStream.range(0, SEEDS)
                .mapToObj(seed -> new Simulation(seed, bug, false).run())
                .flatMap(Optional::stream)
                .filter(violation -> violation.invariant() == bug.breaks())
                .findFirst();
        assertThat(found).describedAs("found within %d seeds", SEEDS).isPresent();
    }

    @Test
    void everyInvariantIsBrokenByABug() {
        Set<Invariant> broken = Arrays.stream(PlantedBug.values())
                .map(PlantedBug::breaks)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Invariant.class)));
        assertThat(broken).containsExactly(Invariant.values());
    }

    @Test
    void theListForContributorsIsComplete() throws IOException {
        List<String> listed = Files.readAllLines(Path.of("..", "CONTRIBUTING.md")).stream()
                .filter(line -> Arrays.stream(PlantedBug.values()).anyMatch(bug -> line.contains("| `" + bug + "` |")))
                .toList();
        List<String> bugs = Arrays.stream(PlantedBug.values())
                .map(bug -> "| `" + bug + "` | " + bug.breaks().promise() + " |")
                .toList();
        assertThat(listed).containsExactlyElementsOf(bugs);
    }
}
