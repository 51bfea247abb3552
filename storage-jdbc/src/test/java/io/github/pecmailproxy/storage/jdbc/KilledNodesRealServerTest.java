package io.github.pecmailproxy.storage.jdbc;

import static org.junit.jupiter.api.Assertions.assertAll;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Three nodes on PostgreSQL and three on MariaDB, side by side, killed and paused at random. The long form is
 * {@code -Dpec.trouble.seconds=600 -Dpec.trouble.messages=20000}; CONTRIBUTING.md has the whole command and its figures.
 */
@Tag("real-servers")
class KilledNodesRealServerTest {
    private static final Duration TROUBLE = Duration.ofSeconds(Integer.getInteger("pec.trouble.seconds", 95));
    private static final int MESSAGES = Integer.getInteger("pec.trouble.messages", 2_000);
    private static final long SEED = Long.getLong("pec.trouble.seed", System.nanoTime());

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void sendsEveryMessageWhateverHappensToTheNodes() throws Exception {
        KilledNodes postgresql = nodes("postgresql", RealDatabases.postgresql());
        KilledNodes mariadb = nodes("mariadb", RealDatabases.mariadb());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<KilledNodes> runs = List.of(postgresql, mariadb);
            List<Future<String>> figures = new ArrayList<>();
            runs.forEach(run -> figures.add(threads.submit(run::run)));
            List<Throwable> failures = new ArrayList<>();
            for (int i = 0; i < runs.size(); i++) {
                try {
                    LoggerFactory.getLogger(KilledNodes.class)
                            .warn("{}", figures.get(i).get());
                } catch (ExecutionException failure) {
                    failures.add(new AssertionError(
                            "seed " + SEED + ", " + directory + runs.get(i).log(), failure.getCause()));
                }
            }
            // With their causes: what ended a run is in none of the nodes' logs.
            assertAll("with seed " + SEED, failures.stream().map(failure -> () -> {
                throw failure;
            }));
        } finally {
            threads.shutdown();
        }
    }

    private KilledNodes nodes(String name, PooledDatabase database) throws Exception {
        database.openEmpty().close();
        HikariDataSource pool = database.pool();
        Path own = Files.createDirectory(directory.resolve(name));
        return new KilledNodes(name, pool, TROUBLE, MESSAGES, own, SEED + name.hashCode());
    }
}
