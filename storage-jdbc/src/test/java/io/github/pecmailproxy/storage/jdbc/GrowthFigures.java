package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Compares, in one run, what the hot operations cost on a store that has kept few messages and on one that has kept many, with four events
 * and one receipt each. Arguments: the JDBC URL of an empty PostgreSQL or MariaDB, user, password, how many messages are few and how many
 * are many. Prints medians.
 */
final class GrowthFigures {
    private static final int ROUNDS = 40;
    private static final int QUESTIONS = 10;

    private final String url;
    private final String user;
    private final String password;
    private final PrintStream out;
    private int wave;

    private GrowthFigures(String url, String user, String password, PrintStream out) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.out = out;
    }

    public static void main(String[] arguments) throws SQLException {
        GrowthFigures figures = new GrowthFigures(arguments[0], arguments[1], arguments[2], System.out);
        figures.compare(Long.parseLong(arguments[3]), Long.parseLong(arguments[4]));
    }

    private void compare(long few, long many) throws SQLException {
        try (JdbcEventStore store = JdbcEventStore.open(url, user, password)) {
            store.registerSink("sink");
            store.enqueue(List.of(message("first").build()));
        }
        GrownTables.Pile small = add(few);
        measure(small); // Warms up.
        Map<String, Long> before = measure(small);
        long started = System.nanoTime();
        GrownTables.Pile large = add(many - few);
        out.println("grown in " + (System.nanoTime() - started) / 1_000_000_000 + " s");
        measure(large); // Fills the caches after the vacuum.
        Map<String, Long> after = measure(large);
        before.forEach((what, nanos) -> print(
                "| %s | %,d | %,d | %.2f |",
                what, nanos / 1_000, after.get(what) / 1_000, (double) after.get(what) / nanos));
    }

    private GrownTables.Pile add(long messages) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            GrownTables tables = new GrownTables(connection);
            GrownTables.Pile pile = tables.add(messages);
            print(
                    "%,d messages, %,d events, %,d receipts",
                    tables.count("message"), tables.count("event"), tables.count("receipt"));
            return pile;
        }
    }

    /** Returns the median time of each operation, in nanoseconds. */
    private Map<String, Long> measure(GrownTables.Pile pile) {
        Map<String, List<Long>> times = new LinkedHashMap<>();
        Random random = new Random(1);
        try (JdbcEventStore store = JdbcEventStore.open(url, user, password)) {
            HotOperations operations = new HotOperations(store, new HotOperations.Watcher() {
                @Override
                public <T> T watch(String what, Supplier<T> operation) {
                    long started = System.nanoTime();
                    T result = operation.get();
                    times.computeIfAbsent(what, each -> new ArrayList<>()).add(System.nanoTime() - started);
                    return result;
                }
            });
            for (int round = 0; round < ROUNDS; round++) {
                operations.passOn("wave" + wave++);
                for (int i = 0; i < QUESTIONS; i++) {
                    operations.ask(pile.key(random.nextLong(pile.messages())));
                }
                operations.page();
            }
        }
        Map<String, Long> medians = new LinkedHashMap<>();
        times.forEach((what, all) -> {
            Collections.sort(all);
            medians.put(what, all.get(all.size() / 2));
        });
        return medians;
    }

    private void print(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
