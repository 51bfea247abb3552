package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;

import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.contract.BytesContent;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that enqueues on several threads until it is killed, or until it has enqueued as much as it was told, and names every message
 * on its standard output once the store has acknowledged it.
 */
final class KilledEnqueuer {
    private KilledEnqueuer() {}

    /** Takes the URL, a prefix for the ids, the number of threads, and the number of calls of each. */
    public static void main(String[] arguments) throws InterruptedException {
        String url = arguments[0];
        String prefix = arguments[1];
        int threads = Integer.parseInt(arguments[2]);
        int calls = Integer.parseInt(arguments[3]);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (JdbcEventStore store = JdbcEventStore.open(url)) {
            out.println("ready");
            List<Thread> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                String name = prefix + "-" + thread + "-";
                Thread worker = new Thread(() -> enqueue(store, name, calls, out));
                worker.start();
                running.add(worker);
            }
            for (Thread worker : running) {
                worker.join();
            }
        }
    }

    private static void enqueue(JdbcEventStore store, String name, int calls, PrintStream out) {
        for (int call = 0; call < calls; call++) {
            List<NewMessage> messages = new ArrayList<>();
            // Mostly one at a time, now and then a batch.
            for (int i = call % 10 == 9 ? 5 : 1; i > 0; i--) {
                String id = name + call + "-" + i;
                messages.add(message(id).content(content(id)).build());
            }
            store.enqueue(messages);
            StringBuilder acknowledged = new StringBuilder();
            messages.forEach(
                    each -> acknowledged.append(each.message().key().id()).append('\n'));
            synchronized (out) {
                out.print(acknowledged);
                out.flush();
            }
        }
    }

    /** Returns the content of a message: the same for the same id, and of very different sizes. */
    static BytesContent content(String id) {
        int hash = id.hashCode();
        int size = hash % 50 == 0 ? 300_000 : 200 + Math.floorMod(hash, 6_000);
        return BytesContent.random(size, hash);
    }
}
