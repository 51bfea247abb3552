package io.github.pecmailproxy.store.contract;

import io.github.pecmailproxy.store.RetryableStoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Runs the same work in several threads that start together. Stateless and thread-safe.
 *
 * @since 0.1.0
 */
final class Together {
    /** A store that still cannot after so many attempts in a row is not merely unlucky. */
    private static final int MOST_ATTEMPTS = 100;

    private Together() {}

    /** The work of one thread. */
    interface Work<T> {
        T run(int thread) throws Exception;
    }

    /** Runs the work in each thread and returns the results in the order of the threads; rethrows what one of them threw. */
    static <T> List<T> run(int threads, Work<T> work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                tasks.add(() -> {
                    start.await();
                    return work.run(thread);
                });
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : executor.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } catch (ExecutionException failed) {
            throw new AssertionError("a thread failed: " + failed.getCause(), failed.getCause());
        } finally {
            executor.shutdown();
        }
    }

    /** Calls again as long as the store says that the same call may succeed later, as any caller would. */
    static <T> T retrying(Supplier<T> call) {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.get();
            } catch (RetryableStoreException later) {
                if (attempt == MOST_ATTEMPTS) {
                    throw later;
                }
                Thread.onSpinWait();
            }
        }
    }
}
