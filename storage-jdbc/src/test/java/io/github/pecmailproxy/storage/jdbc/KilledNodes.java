package io.github.pecmailproxy.storage.jdbc;

import static io.github.pecmailproxy.storage.jdbc.KilledNode.LIMIT;
import static io.github.pecmailproxy.storage.jdbc.KilledNode.LIMITED;
import static io.github.pecmailproxy.storage.jdbc.KilledNode.STEADY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.queue.EnqueueResult;
import io.github.pecmailproxy.sandbox.AcceptedMessage;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.StoredMail;
import io.github.pecmailproxy.store.MessageFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three processes on one database, each killed, paused beyond its leases and asked to leave at random while messages flow, and what must
 * be true afterwards. The provider and whoever enqueues live in this JVM and are left alone.
 */
final class KilledNodes {
    private static final int NODES = 3;
    private static final Duration TIME_TO_DRAIN = Duration.ofMinutes(8);
    private static final String PASSWORD = "correct horse battery staple";

    private final String name;
    private final HikariDataSource database;
    private final Duration trouble;
    private final int messages;
    private final Path directory;
    private final Random random;
    private final Map<Integer, Process> nodes = new HashMap<>();
    private final Map<Long, Long> mostGranted = new TreeMap<>();
    private int kills;
    private int pauses;
    private int departures;
    private int enqueued;

    /**
     * Prepares a run.
     *
     * @param trouble for how long nodes are troubled; the rest of the messages is sent in peace
     * @param messages how many messages, most of them enqueued bit by bit during the trouble
     * @param directory for settings and for what the nodes say
     */
    KilledNodes(String name, HikariDataSource database, Duration trouble, int messages, Path directory, long seed) {
        this.name = name;
        this.database = database;
        this.trouble = trouble;
        this.messages = messages;
        this.directory = directory;
        this.random = new Random(seed);
    }

    /** Runs it and returns its figures. */
    String run() throws Exception {
        Instant start = Instant.now();
        try (PecSandbox sandbox = PecSandbox.builder()
                        .account(KilledNode.mailbox(name, STEADY), PASSWORD)
                        .account(KilledNode.mailbox(name, LIMITED), PASSWORD)
                        .start();
                JdbcEventStore store =
                        JdbcEventStore.builder().dataSource(database).build()) {
            Properties where = where(sandbox);
            MailProxy client = client(where);
            enqueueTheBacklog(client);
            Instant begin = store.clock().instant();
            try {
                troubleThem(client);
                awaitTheEnd(sandbox);
                nodes.keySet().forEach(this::leave);
            } finally {
                nodes.values().forEach(Process::destroyForcibly);
            }
            return figures(start, new Aftermath(sandbox, store, begin));
        }
    }

    private Properties where(PecSandbox sandbox) throws IOException {
        Properties where = new Properties();
        where.setProperty("name", name);
        where.setProperty("url", database.getJdbcUrl());
        where.setProperty("user", database.getUsername());
        where.setProperty("password", database.getPassword());
        where.setProperty("host", sandbox.host());
        where.setProperty("smtps", Integer.toString(sandbox.smtpsPort()));
        where.setProperty("imaps", Integer.toString(sandbox.imapsPort()));
        where.setProperty("mailbox-password", PASSWORD);
        where.setProperty(
                "tls-ca",
                Files.writeString(directory.resolve("tls.pem"), sandbox.tlsCaPem())
                        .toString());
        where.setProperty(
                "receipt-ca",
                Files.writeString(directory.resolve("receipts.pem"), sandbox.receiptCaPem())
                        .toString());
        try (Writer out = Files.newBufferedWriter(directory.resolve("where"))) {
            where.store(out, null);
        }
        return where;
    }

    /** Only enqueues: its engine is not started. */
    private MailProxy client(Properties where) throws IOException, CertificateException {
        return MailProxy.builder()
                .store(JdbcEventStore.builder().dataSource(database).build())
                .account(KilledNode.account(where, STEADY).build())
                .account(KilledNode.account(where, LIMITED).build())
                .build();
    }

    // ------------------------------------------------------------------------------------------------ load, trouble

    /** The limited account has all its messages from the start, the least urgent first, so that their order can be told. */
    private void enqueueTheBacklog(MailProxy client) {
        int backlog = (int) Math.min(
                messages / 5,
                trouble.toMillis() * LIMIT.messages() / LIMIT.window().toMillis());
        enqueue(
                client,
                IntStream.range(0, backlog)
                        .mapToObj(i -> message(LIMITED, i)
                                .priority(Priority.ofLevel(3 - i * 4 / backlog))
                                .build())
                        .toList());
    }

    private OutgoingMessage.Builder message(String account, int number) {
        return OutgoingMessage.builder()
                .id(account + "-" + number)
                .account(account)
                .from(KilledNode.mailbox(name, account))
                .to("mario@pec.example")
                .subject("Comunicazione n. " + number)
                .text("Gentile destinatario, ecco la comunicazione.");
    }

    private void enqueue(MailProxy client, List<OutgoingMessage> batch) {
        assertThat(client.queue().enqueue(batch)).allMatch(EnqueueResult.Queued.class::isInstance);
        enqueued += batch.size();
    }

    private void troubleThem(MailProxy client) throws IOException, InterruptedException, SQLException {
        for (int node = 0; node < NODES; node++) {
            begin(node);
        }
        long start = System.nanoTime();
        long nextTrouble = start + TimeUnit.SECONDS.toNanos(8);
        Map<Integer, Long> asleep = new HashMap<>();
        int first = enqueued;
        while (System.nanoTime() - start < trouble.toNanos() || !asleep.isEmpty()) {
            long now = System.nanoTime();
            double part = Math.min(1, (now - start) / (0.9 * trouble.toNanos()));
            int due = first + (int) ((messages - first) * part) - enqueued;
            for (; due > 0; due -= 100) {
                int number = enqueued;
                enqueue(
                        client,
                        IntStream.range(number, number + Math.min(due, 100))
                                .mapToObj(i -> message(STEADY, i)
                                        .priority(Priority.ofLevel(i % 4))
                                        .build())
                                .toList());
            }
            noteGrants();
            for (int node : List.copyOf(asleep.keySet())) {
                if (now >= asleep.getOrDefault(node, 0L)) {
                    signal(node, "CONT");
                    asleep.remove(node);
                }
            }
            if (now >= nextTrouble && now - start < trouble.toNanos()) {
                nextTrouble = now + TimeUnit.MILLISECONDS.toNanos(3_000 + random.nextInt(5_000));
                int node = random.nextInt(NODES);
                if (asleep.containsKey(node)) {
                    continue;
                }
                switch (random.nextInt(5)) {
                    case 0, 1 -> {
                        // A kill reaches a process that is paused as well.
                        kills++;
                        node(node).destroyForcibly().waitFor();
                        begin(node);
                    }
                    case 2, 3 -> {
                        pauses++;
                        signal(node, "STOP");
                        asleep.put(
                                node,
                                now
                                        + KilledNode.LEASE.toNanos()
                                        + TimeUnit.MILLISECONDS.toNanos(random.nextInt(9_000)));
                    }
                    default -> {
                        departures++;
                        leave(node);
                        begin(node);
                    }
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private Process node(int node) {
        Process process = nodes.get(node);
        assertThat(process).isNotNull();
        return process;
    }

    private void begin(int node) throws IOException {
        nodes.put(
                node,
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx192m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KilledNode.class.getName(),
                                directory.resolve("where").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                directory.resolve("node" + node + ".log").toFile()))
                        .start());
    }

    /** Has a node end by itself: it does, whatever it was doing. */
    private void leave(int node) {
        try {
            Process process = node(node);
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("node %d of %s leaves", node, name)
                    .isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError("interrupted", interrupted);
        }
    }

    private void signal(int node, String signal) throws IOException, InterruptedException {
        int exit = new ProcessBuilder(
                        "kill", "-" + signal, Long.toString(node(node).pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(exit).as("kill -%s", signal).isZero();
    }

    /** What a window granted stays in the database only while the next is under way. */
    private void noteGrants() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT window_start, used FROM pmp_rate")) {
            while (rows.next()) {
                mostGranted.merge(rows.getLong(1), rows.getLong(2), Math::max);
            }
        }
    }

    private void awaitTheEnd(PecSandbox sandbox) {
        await().atMost(TIME_TO_DRAIN).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            noteGrants();
            assertThat(count("SELECT count(*) FROM pmp_progress WHERE purge_class IS NULL"))
                    .as("messages on %s without an end", name)
                    .isZero();
            assertThat(count("SELECT count(*) FROM pmp_receipt"))
                    .as("receipts read on %s", name)
                    .isEqualTo(KilledNode.accounts().stream()
                            .mapToInt(account -> sandbox.mailbox(KilledNode.mailbox(name, account))
                                    .size())
                            .sum());
        });
    }

    private int count(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    // ------------------------------------------------------------------------------------------- what must be true

    /** What the provider saw and what the store says of it. */
    private final class Aftermath {
        private final List<TrackedMessage> tracked = new ArrayList<>();
        private final Map<MessageKey, List<MessageEvent>> events = new HashMap<>();
        private final Map<String, List<AcceptedMessage>> copies;
        private final List<String> receipts = new ArrayList<>();
        private final Instant begin;

        Aftermath(PecSandbox sandbox, JdbcEventStore store, Instant begin) throws SQLException {
            this.begin = begin;
            copies = sandbox.accepted().stream()
                    .collect(Collectors.groupingBy(
                            accepted -> accepted.messageId().orElseThrow()));
            List<TrackedMessage> page = store.messages(MessageFilter.ALL);
            while (!page.isEmpty()) {
                tracked.addAll(page);
                page = store.messages(
                        MessageFilter.ALL.after(page.get(page.size() - 1).sequence()));
            }
            tracked.forEach(message -> events.put(message.key(), store.events(message.key())));
            for (String account : KilledNode.accounts()) {
                for (StoredMail mail : sandbox.mailbox(KilledNode.mailbox(name, account))) {
                    receipts.add(mail.header("Message-ID").orElseThrow());
                }
            }
        }

        private List<MessageEvent> of(TrackedMessage message) {
            return events.getOrDefault(message.key(), List.of());
        }

        private long count(TrackedMessage message, EventType type) {
            return of(message).stream().filter(event -> event.type() == type).count();
        }

        private long resends(TrackedMessage message) {
            return of(message).stream()
                    .filter(event -> event.data().text("resend").isPresent())
                    .count();
        }

        private List<AcceptedMessage> copies(TrackedMessage message) {
            return copies.getOrDefault(message.messageId(), List.of());
        }

        private boolean undisturbed(TrackedMessage message) {
            return of(message).stream()
                    .noneMatch(event -> event.type() == EventType.IN_DOUBT || event.type() == EventType.DEFERRED);
        }

        void everyMessageWasSent() throws SQLException {
            assertThat(tracked).hasSize(messages);
            assertThat(tracked).allSatisfy(message -> {
                assertThat(message.state()).isEqualTo(MessageState.ACCEPTED);
                assertThat(message.recipients()).allMatch(recipient -> recipient.state() == RecipientState.DELIVERED);
                assertThat(copies(message)).isNotEmpty();
            });
            assertThat(copies).hasSize(messages);
            assertThat(KilledNodes.this.count("SELECT count(*) FROM pmp_queue")).isZero();
        }

        void noneWasSentTwiceInSilence() {
            assertThat(tracked)
                    .allSatisfy(message -> assertThat((long) copies(message).size())
                            .as("copies of %s, whose events are %s", message.key(), of(message))
                            .isLessThanOrEqualTo(1 + resends(message)));
            assertThat(tracked)
                    .allSatisfy(message -> assertThat(resends(message))
                            .as("every resend of %s follows from a doubt", message.key())
                            .isLessThanOrEqualTo(count(message, EventType.IN_DOUBT)));
        }

        void everyReceiptIsOneEvent() {
            List<String> told = events.values().stream()
                    .flatMap(List::stream)
                    .filter(event -> event.type() == EventType.PEC_ACCEPTANCE || event.type() == EventType.PEC_DELIVERY)
                    .map(event -> event.data().text("receipt_message_id").orElse("none"))
                    .toList();
            // Sorted: to look for each of 40,000 among the others would take minutes.
            assertThat(told.stream().sorted().toList())
                    .isEqualTo(receipts.stream().sorted().toList());
            assertThat(told).doesNotHaveDuplicates();
        }

        /** Each transmission needs a grant, so there are never more than all windows up to then have granted. */
        void rateLimitsWereExact() {
            assertThat(mostGranted).isNotEmpty();
            assertThat(mostGranted.values())
                    .allMatch(granted -> granted <= LIMIT.messages())
                    .contains((long) LIMIT.messages());
            long window = LIMIT.window().toMillis();
            long firstWindow = Math.floorDiv(begin.toEpochMilli(), window);
            List<Instant> sent = copies.values().stream()
                    .flatMap(List::stream)
                    .filter(accepted -> accepted.user().equals(KilledNode.mailbox(name, LIMITED)))
                    .map(AcceptedMessage::acceptedAt)
                    .sorted()
                    .toList();
            for (int i = 0; i < sent.size(); i++) {
                long windows = Math.floorDiv(sent.get(i).toEpochMilli(), window) - firstWindow + 1;
                assertThat(i + 1L).as("sent up to window %d", windows).isLessThanOrEqualTo(windows * LIMIT.messages());
            }
        }

        /**
         * A message goes before all that are less urgent, but for those that were in the nodes' hands already. Those whose sending was
         * troubled keep their priority when they come back, later.
         */
        void prioritiesWereKept() {
            List<TrackedMessage> inOrder = tracked.stream()
                    .filter(message -> message.account().equals(LIMITED))
                    .filter(this::undisturbed)
                    .sorted(Comparator.comparing(
                            message -> copies(message).get(0).number()))
                    .toList();
            assertThat(inOrder).hasSizeGreaterThan(NODES * (KilledNode.LEASE_AHEAD + KilledNode.CONNECTIONS));
            for (int i = 0; i < inOrder.size(); i++) {
                TrackedMessage message = inOrder.get(i);
                assertThat(inOrder.subList(0, i).stream()
                                .filter(before -> before.priority().level()
                                        > message.priority().level())
                                .count())
                        .as("less urgent messages before %s", message.key())
                        .isLessThanOrEqualTo(NODES * (KilledNode.LEASE_AHEAD + KilledNode.CONNECTIONS));
            }
        }

        void nobodyHoldsAnythingAfterLeaving() throws SQLException {
            assertThat(KilledNodes.this.count(
                            "SELECT count(*) FROM pmp_exclusive_lease WHERE holder IS NOT NULL AND holder <> ''"))
                    .isZero();
        }
    }

    private String figures(Instant start, Aftermath after) throws SQLException {
        after.everyMessageWasSent();
        after.noneWasSentTwiceInSilence();
        after.everyReceiptIsOneEvent();
        after.rateLimitsWereExact();
        after.prioritiesWereKept();
        after.nobodyHoldsAnythingAfterLeaving();
        long doubts = after.tracked.stream()
                .filter(message -> after.count(message, EventType.IN_DOUBT) > 0)
                .count();
        long twice = after.tracked.stream()
                .filter(message -> after.copies(message).size() > 1)
                .count();
        return "%s: %d messages, %d s of trouble (%d kills, %d pauses, %d departures), %d s in all; in doubt %d,"
                        .formatted(
                                name,
                                messages,
                                trouble.toSeconds(),
                                kills,
                                pauses,
                                departures,
                                Duration.between(start, Instant.now()).toSeconds(),
                                doubts)
                + " resent %d, of these at the provider twice %d; receipts %d"
                        .formatted(
                                after.tracked.stream().mapToLong(after::resends).sum(), twice, after.receipts.size());
    }

    /** Returns the nodes' last words, for when something is wrong. */
    String log() {
        StringBuilder log = new StringBuilder();
        for (int node = 0; node < NODES; node++) {
            Path file = directory.resolve("node" + node + ".log");
            try {
                List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
                log.append("\nnode ").append(node).append('\n');
                lines.stream()
                        .skip(Math.max(0, lines.size() - 30))
                        .forEach(line -> log.append(line).append('\n'));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return log.toString();
    }
}
