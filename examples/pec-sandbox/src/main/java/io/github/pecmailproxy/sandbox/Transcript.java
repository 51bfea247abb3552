package io.github.pecmailproxy.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What was said on one kind of server: the last lines, and counts of everything. Thread-safe. */
final class Transcript {
    /** More is forgotten, oldest first, so that long runs do not fill the memory. */
    private static final int MAXIMUM_LINES = 5000;

    private final Deque<String> lines = new ArrayDeque<>();
    private final Map<String, LongAdder> commands = new ConcurrentHashMap<>();
    private final LongAdder connections = new LongAdder();

    long connected() {
        connections.increment();
        return connections.sum();
    }

    void command(String verb) {
        commands.computeIfAbsent(verb.toUpperCase(Locale.ROOT), key -> new LongAdder())
                .increment();
    }

    void client(long connection, String line) {
        add(connection + " C: " + line);
    }

    void server(long connection, String line) {
        add(connection + " S: " + line);
    }

    long connections() {
        return connections.sum();
    }

    long commands(String verb) {
        LongAdder count = commands.get(verb.toUpperCase(Locale.ROOT));
        return count == null ? 0 : count.sum();
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    private void add(String line) {
        synchronized (lines) {
            if (lines.size() == MAXIMUM_LINES) {
                lines.removeFirst();
            }
            lines.addLast(line);
        }
    }
}
