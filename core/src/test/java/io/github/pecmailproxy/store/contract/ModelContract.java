package io.github.pecmailproxy.store.contract;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves by random operations that a store behaves like a simple model of it. */
interface ModelContract extends StoreUnderTest {
    /**
     * Returns how many random operations each run makes.
     *
     * @return at least 1
     */
    int modelSteps();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
    default void behavesLikeTheModelWhateverHappensInWhateverOrder(long seed) {
        RandomOperations operations = new RandomOperations(store(), seed);
        for (int step = 1; step <= modelSteps(); step++) {
            operations.step();
            if (step % 25 == 0) {
                operations.compareEverything();
            }
        }
        operations.compareEverything();
    }
}
