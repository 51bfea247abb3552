package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.LeaseRequest;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.contract.BytesContent;
import io.github.pecmailproxy.store.contract.ChangeFixture;
import io.github.pecmailproxy.store.contract.MessageFixture;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Compares, in one run, enqueueing batches of 100 with a bare JDBC batch insert of the same rows, and the cost of leasing from a backlog of
 * 1,000 with that from 1,000,000. Arguments: the JDBC URL of an empty database, user, password, and how large the large backlog is.
 */
final class StoreFigures {
    private static final int BATCH = 100;
    private static final int ROUNDS = 18;
    private static final int BATCHES_IN_A_ROUND = 20;
    private static final int CONTENT_SIZE = 6_000;
    private static final Instant NOW = MessageFixture.ENQUEUED_AT.plusSeconds(60);
    private static final AccountKey ACCOUNT = new AccountKey("default", "acc");

    private final JdbcEventStore store;
    private final Connection bare;
    private final boolean syncs;
    private final PrintStream out;
    private long next;

    private StoreFigures(JdbcEventStore store, Connection bare, boolean syncs, PrintStream out) {
        this.store = store;
        this.bare = bare;
        this.syncs = syncs;
        this.out = out;
    }

    public static void main(String[] arguments) throws SQLException {
        String url = arguments[0];
        String user = arguments[1];
        String password = arguments[2];
        int large = Integer.parseInt(arguments[3]);
        try (JdbcEventStore store = JdbcEventStore.open(url, user, password);
                Connection bare = DriverManager.getConnection(url, user, password)) {
            StoreFigures figures = new StoreFigures(store, bare, url.startsWith("jdbc:h2:file:"), System.out);
            figures.enqueue();
            figures.lease(large);
        }
    }

    // ------------------------------------------------------------------------------------------------------- enqueue

    private void enqueue() throws SQLException {
        for (String statement :
                SchemaScript.of(Database.of(bare.getMetaData()), 1).statements(new Tables(null, "bare_"))) {
            execute(statement);
        }
        long[] ours = new long[ROUNDS];
        long[] theirs = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            List<List<NewMessage>> first = batches();
            List<List<NewMessage>> second = batches();
            // Whoever comes second finds the machine warmer, or its disk busier.
            if (round % 2 == 0) {
                ours[round] = enqueue(first);
                theirs[round] = insertBare(second);
            } else {
                theirs[round] = insertBare(second);
                ours[round] = enqueue(first);
            }
        }
        print(
                "enqueue in batches of %d: %,d messages/s; bare JDBC batch insert: %,d messages/s; ratio %.2f",
                BATCH, rate(ours), rate(theirs), (double) median(theirs) / median(ours));
        int single = 500;
        List<List<NewMessage>> alone = new ArrayList<>();
        for (int i = 0; i < single; i++) {
            alone.add(List.of(newMessage()));
        }
        long started = System.nanoTime();
        alone.forEach(store::enqueue);
        print("enqueue one by one: %,d messages/s", single * 1_000_000_000L / (System.nanoTime() - started));
    }

    private long enqueue(List<List<NewMessage>> batches) {
        long started = System.nanoTime();
        batches.forEach(store::enqueue);
        return System.nanoTime() - started;
    }

    private long insertBare(List<List<NewMessage>> batches) throws SQLException {
        long started = System.nanoTime();
        for (List<NewMessage> batch : batches) {
            insertBareBatch(batch);
        }
        return System.nanoTime() - started;
    }

    private static long rate(long[] nanos) {
        return BATCH * BATCHES_IN_A_ROUND * 1_000_000_000L / median(nanos);
    }

    private static long median(long[] nanos) {
        // The first rounds warm up.
        long[] sorted = Arrays.copyOfRange(nanos, nanos.length / 3, nanos.length);
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private List<List<NewMessage>> batches() {
        List<List<NewMessage>> batches = new ArrayList<>();
        for (int i = 0; i < BATCHES_IN_A_ROUND; i++) {
            List<NewMessage> batch = new ArrayList<>();
            for (int j = 0; j < BATCH; j++) {
                batch.add(newMessage());
            }
            batches.add(batch);
        }
        return batches;
    }

    private NewMessage newMessage() {
        String id = "m" + next++;
        return message(id).content(BytesContent.random(CONTENT_SIZE, next)).build();
    }

    /** Inserts the rows that the store inserts, into tables of their own and without asking what is there. */
    private void insertBareBatch(List<NewMessage> batch) throws SQLException {
        bare.setAutoCommit(false);
        String message = "INSERT INTO bare_message (message_seq, tenant, id, account, pec, message_id, message_id_hash,"
                + " envelope_from, subject, priority, batch_code, receipt_format, enqueued_at, content_size,"
                + " content_sha256, fingerprint) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        String progress = "INSERT INTO bare_progress (version, state, attempts, due_at, recipients, last_event_at,"
                + " message_seq) VALUES (?, ?, ?, ?, ?, ?, ?)";
        String queue = "INSERT INTO bare_queue (status, sort_key, due_at, tenant, account, priority, message_seq)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)";
        String content = "INSERT INTO bare_message_content (owner_seq, chunk, bytes) VALUES (?, ?, ?)";
        String event = "INSERT INTO bare_event (event_seq, message_seq, event_type, event_time, recorded_at, details)"
                + " VALUES (?, ?, ?, ?, ?, ?)";
        try (PreparedStatement messages = bare.prepareStatement(message);
                PreparedStatement progresses = bare.prepareStatement(progress);
                PreparedStatement queues = bare.prepareStatement(queue);
                PreparedStatement contents = bare.prepareStatement(content);
                PreparedStatement events = bare.prepareStatement(event)) {
            for (NewMessage each : batch) {
                TrackedMessage tracked = each.message();
                long sequence = next++;
                long time = tracked.enqueuedAt().toEpochMilli();
                add(
                        messages,
                        sequence,
                        "default",
                        tracked.key().id(),
                        "acc",
                        1,
                        tracked.messageId(),
                        TextHash.number(tracked.messageId()),
                        tracked.envelopeFrom(),
                        tracked.subject(),
                        2,
                        null,
                        null,
                        time,
                        tracked.contentSize(),
                        tracked.contentSha256(),
                        tracked.fingerprint());
                add(progresses, 1L, "QUEUED", 0, time, RecipientsJson.write(tracked.recipients()), time, sequence);
                add(queues, 0, sequence, time, "default", "acc", 2, sequence);
                add(contents, sequence, 0, ((BytesContent) each.content()).bytes());
                add(events, sequence, sequence, "queued", time, time, "{}");
            }
            messages.executeBatch();
            progresses.executeBatch();
            queues.executeBatch();
            contents.executeBatch();
            events.executeBatch();
        }
        bare.commit();
        bare.setAutoCommit(true);
        if (syncs) {
            execute("CHECKPOINT SYNC");
        }
    }

    private static void add(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) {
                statement.setNull(i + 1, java.sql.Types.VARCHAR);
            } else if (values[i] instanceof byte[] bytes) {
                statement.setBytes(i + 1, bytes);
            } else if (values[i] instanceof String text) {
                statement.setString(i + 1, text);
            } else {
                statement.setLong(i + 1, ((Number) values[i]).longValue());
            }
        }
        statement.addBatch();
    }

    // --------------------------------------------------------------------------------------------------------- lease

    private void lease(int large) throws SQLException {
        // The first comparison only warms up.
        execute("DELETE FROM pmp_queue");
        fill(0, ROUNDS * 10 * BATCH);
        for (int round = 0; round < ROUNDS; round++) {
            leaseTenTimes();
        }
        long[] small = new long[ROUNDS];
        execute("DELETE FROM pmp_queue");
        fill(500_000, 1_000 + ROUNDS * 10 * BATCH);
        for (int round = 0; round < ROUNDS; round++) {
            small[round] = leaseTenTimes();
        }
        fill(1_000_000, large);
        long[] big = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            big[round] = leaseTenTimes();
        }
        print(
                "lease 100 of a backlog of 1,000 to 19,000: %,d us; of %,d: %,d us; ratio %.2f",
                median(small) / 10_000, large, median(big) / 10_000, (double) median(big) / median(small));
        List<TrackedMessage> leased = leaseOnce();
        long started = System.nanoTime();
        store.apply(leased.stream().map(each -> ChangeFixture.sent(each, NOW)).toList(), NOW);
        print("settle %d together: %,d us", leased.size(), (System.nanoTime() - started) / 1_000);
    }

    private long leaseTenTimes() {
        long elapsed = 0;
        for (int i = 0; i < 10; i++) {
            long started = System.nanoTime();
            List<TrackedMessage> leased = leaseOnce();
            elapsed += System.nanoTime() - started;
            if (leased.size() != BATCH) {
                throw new IllegalStateException("leased " + leased.size());
            }
            store.apply(
                    leased.stream().map(each -> ChangeFixture.sent(each, NOW)).toList(), NOW);
        }
        return elapsed;
    }

    private List<TrackedMessage> leaseOnce() {
        return store
                .lease(List.of(new LeaseRequest(ACCOUNT, BATCH, List.of())), NOW, NOW.plusSeconds(600))
                .get(0)
                .messages()
                .stream()
                .map(LeasedMessage::message)
                .toList();
    }

    /** Fills the tables with small messages, by the database alone. */
    private void fill(long from, int count) throws SQLException {
        String source = bare.getMetaData().getDatabaseProductName().equals("H2")
                ? "(SELECT x AS n FROM SYSTEM_RANGE(1, " + count + ")) numbers"
                : "generate_series(1, " + count + ") AS numbers(n)";
        long base = 2_000_000_000_000L + from;
        long time = MessageFixture.ENQUEUED_AT.toEpochMilli();
        String hash = "0".repeat(64);
        execute("INSERT INTO pmp_message (message_seq, tenant, id, account, pec, message_id, message_id_hash,"
                + " envelope_from, subject, priority, enqueued_at, content_size, content_sha256, fingerprint) SELECT "
                + base + " + n, 'default', CONCAT('f', " + base + " + n), 'acc', 1, '<m>', " + base
                + " + n, 'a@b.it', 's',"
                + " 2, " + time + ", 5, '" + hash + "', '" + hash + "' FROM " + source);
        execute("INSERT INTO pmp_progress (version, state, attempts, due_at, recipients, last_event_at, message_seq)"
                + " SELECT 1, 'QUEUED', 0, " + time + ", '[]', " + time + ", " + base + " + n FROM " + source);
        execute("INSERT INTO pmp_queue (status, sort_key, due_at, tenant, account, priority, message_seq) SELECT 0, "
                + base + " + n, " + time + ", 'default', 'acc', 2, " + base + " + n FROM " + source);
        execute("INSERT INTO pmp_message_content (owner_seq, chunk, bytes) SELECT " + base + " + n, 0, "
                + (source.startsWith("gen") ? "'hello'::bytea" : "X'68656c6c6f'") + " FROM " + source);
        execute(source.startsWith("gen") ? "ANALYZE" : "CHECKPOINT SYNC");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = bare.createStatement()) {
            statement.execute(sql);
        }
    }

    private void print(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
