package io.github.pecmailproxy.store.contract;

/** Proves by random operations that a store behaves like a simple model of it. */
interface ModelContract extends StoreUnderTest {
    /**
     * Returns how many random operations each run makes.
     *
     * @return at least 1
     */
    int modelSteps();
}
