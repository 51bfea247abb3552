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
 * Compares, in one run and by turns, what the hot operations cost on a store that has kept few messages and on one that has kept many, with
 * four events and one receipt each. Arguments: the JDBC URLs of two empty PostgreSQL or MariaDB databases, user, password, how many messages
 * are few and how many are many. Prints medians.
 */
final class GrowthFigures {
    private static final int TURNS = 5;
    private static final int ROUNDS = 20;
    private static final int QUESTIONS = 10;

    private final String url;
    private final String user;
    private final String password;
    private final PrintStream out;
    private final Map<String, List<Long>> times = new LinkedHashMap<>();
    private int wave;

    private GrowthFigures(String url, String user, String password, PrintStream out) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.out = out;
    }

    public static void main(String[] arguments) throws SQLException {
        GrowthFigures small = new GrowthFigures(arguments[0], arguments[2], arguments[3], System.out);
        GrowthFigures large = new GrowthFigures(arguments[1], arguments[2], arguments[3], System.out);
        GrownTables.Pile few = small.fill(Long.parseLong(arguments[4]));
        GrownTables.Pile many = large.fill(Long.parseLong(arguments[5]));
        for (int turn = 0; turn <= TURNS; turn++) {
            if (turn == 1) {
                small.times.clear(); // The first turn warms up.
                large.times.clear();
            }
            small.measure(few);
            large.measure(many);
        }
        Map<String, Long> before = small.medians();
        Map<String, Long> after = large.medians();
        before.forEach((what, nanos) -> small.print(
                "| %s | %,d | %,d | %.2f |",
                what, nanos / 1_000, after.get(what) / 1_000, (double) after.get(what) / nanos));
    }

    private GrownTables.Pile fill(long messages) throws SQLException {
        try (JdbcEventStore store = JdbcEventStore.open(url, user, password)) {
            store.registerSink("sink");
            store.enqueue(List.of(message("first").build()));
        }
        return add(messages);
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

    private void measure(GrownTables.Pile pile) {
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
    }

    /** Returns the median time of each operation, in nanoseconds. */
    private Map<String, Long> medians() {
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
