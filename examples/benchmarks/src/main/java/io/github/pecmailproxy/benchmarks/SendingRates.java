package io.github.pecmailproxy.benchmarks;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.storage.jdbc.JdbcEventStore;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.MessageFilter;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Drains a durable queue through the whole engine into Postfix' smtp-sink, in turns with a bare Angus loop that hands the same message
 * over one connection and keeps nothing, and prints one table. What is compared took place in one run, round by round.
 */
final class SendingRates {
    private static final int ROUNDS = 5;
    private static final int UNIT = 1_000;
    private static final int BODY = 5_600;
    private static final String TITLE = "%-34s %12s %12s%n";

    private final int smtpPort;
    private final int messages;
    private long next;

    private SendingRates(int smtpPort, int messages) {
        this.smtpPort = smtpPort;
        this.messages = messages;
    }

    /** Measures and prints; {@code quick} takes a quarter of the messages and three rounds. */
    static void print(boolean quick) throws IOException, InterruptedException, MessagingException {
        run(quick ? 5_000 : 20_000, quick ? 3 : ROUNDS);
    }

    /**
     * Drains one queue of H2 and prints the greatest use of the heap after a collection.
     *
     * @param messages how many messages
     */
    static void printPeak(int messages) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("sending");
        try (LocalServer sink =
                LocalServer.smtpSink().orElseThrow(() -> new IOException("smtp-sink is not installed"))) {
            SendingRates rates = new SendingRates(sink.port(), messages);
            double rate = rates.drain("jdbc:h2:file:" + directory.resolve("queue"), "sa", "");
            long afterCollections = 0;
            for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
                if (pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null) {
                    afterCollections += pool.getCollectionUsage().getUsed();
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%,d messages of 6 kB enqueued and drained, %,.0f/s; heap allowed %,d MB, in use after the last"
                            + " collection %,d MB%n",
                    messages,
                    rate,
                    Runtime.getRuntime().maxMemory() >> 20,
                    afterCollections >> 20);
        } finally {
            delete(directory);
        }
    }

    private static void run(int messages, int rounds) throws IOException, InterruptedException, MessagingException {
        Path directory = Files.createTempDirectory("sending");
        Path database = Files.createTempDirectory("postgresql");
        Optional<LocalServer> postgresql = Optional.empty();
        try (LocalServer sink =
                LocalServer.smtpSink().orElseThrow(() -> new IOException("smtp-sink is not installed"))) {
            postgresql = LocalServer.postgresql(database);
            Map<String, String> urls = new LinkedHashMap<>();
            urls.put("H2, durable", "jdbc:h2:file:" + directory.resolve("queue"));
            postgresql.ifPresent(
                    server -> urls.put("PostgreSQL", "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres"));
            SendingRates rates = new SendingRates(sink.port(), messages);
            rates.bare(messages / 2); // Warms up what both have in common.
            List<Double> bare = new ArrayList<>();
            Map<String, List<Double>> drained = new LinkedHashMap<>();
            Map<String, List<Double>> ratios = new LinkedHashMap<>();
            for (int round = 0; round <= rounds; round++) {
                for (Map.Entry<String, String> url : urls.entrySet()) {
                    double before = rates.bare(messages);
                    double rate =
                            rates.drain(url.getValue(), url.getValue().startsWith("jdbc:h2:") ? "sa" : "postgres", "");
                    double after = rates.bare(messages);
                    if (round > 0) { // The first round warms up.
                        bare.add((before + after) / 2);
                        drained.computeIfAbsent(url.getKey(), key -> new ArrayList<>())
                                .add(rate);
                        ratios.computeIfAbsent(url.getKey(), key -> new ArrayList<>())
                                .add(rate * 2 / (before + after));
                    }
                }
            }
            System.out.printf(Locale.ROOT, TITLE, "messages of 6 kB to smtp-sink", "per second", "ratio");
            System.out.printf(Locale.ROOT, TITLE, "bare Angus, one connection", number("%,.0f", median(bare)), "1.00");
            drained.forEach((name, values) -> System.out.printf(
                    Locale.ROOT,
                    TITLE,
                    "queue of " + String.format(Locale.ROOT, "%,d", messages) + " on " + name,
                    number("%,.0f", median(values)),
                    number("%.2f", median(ratios.getOrDefault(name, List.of())))));
        } finally {
            postgresql.ifPresent(LocalServer::close);
            delete(database);
            delete(directory);
        }
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    /** Hands a message over again and again, and returns how many a second. */
    private double bare(int count) throws MessagingException {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", "127.0.0.1");
        properties.setProperty("mail.smtp.port", String.valueOf(smtpPort));
        Session session = Session.getInstance(properties);
        byte[] mime = ("From: anna@ditta.example\r\nTo: carla@altra.example\r\nSubject: Fattura\r\nMessage-ID:"
                        + " <bare@ditta.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain;"
                        + " charset=us-ascii\r\n\r\n"
                        + body())
                .getBytes(StandardCharsets.US_ASCII);
        InternetAddress[] recipients = {new InternetAddress("carla@altra.example")};
        try (jakarta.mail.Transport transport = session.getTransport("smtp")) {
            transport.connect();
            long started = System.nanoTime();
            for (int i = 0; i < count; i++) {
                transport.sendMessage(new MimeMessage(session, new ByteArrayInputStream(mime)), recipients);
            }
            return perSecond(count, System.nanoTime() - started);
        }
    }

    /** Fills a queue, then drains it, and returns how many messages a second until the last is settled in the store. */
    private double drain(String url, String user, String password) throws InterruptedException {
        MailAccount account = MailAccount.ordinary("acc")
                .address("anna@ditta.example")
                .smtp(new MailServer("127.0.0.1", smtpPort, Transport.PLAIN))
                .build();
        EventStore store = JdbcEventStore.open(url, user, password);
        try (MailProxy proxy = MailProxy.builder().store(store).account(account).build()) {
            long sentBefore = store.statistics(Instant.now()).count(MessageState.SENT);
            for (int from = 0; from < messages; from += UNIT) {
                List<OutgoingMessage> unit = new ArrayList<>();
                for (int i = from; i < Math.min(messages, from + UNIT); i++) {
                    unit.add(message());
                }
                proxy.queue().enqueue(unit);
            }
            long started = System.nanoTime();
            proxy.start();
            while (waiting(store) > 0) {
                Thread.sleep(20);
            }
            double rate = perSecond(messages, System.nanoTime() - started);
            long sent = store.statistics(Instant.now()).count(MessageState.SENT) - sentBefore;
            if (sent != messages) {
                throw new IllegalStateException("of " + messages + " messages " + sent + " were sent");
            }
            return rate;
        }
    }

    private static int waiting(EventStore store) {
        return store.messages(MessageFilter.ALL
                        .inState(MessageState.QUEUED, MessageState.SENDING, MessageState.DEFERRED)
                        .reversed()
                        .limit(1))
                .size();
    }

    private OutgoingMessage message() {
        return OutgoingMessage.builder()
                .id("m" + System.nanoTime() + "-" + next++)
                .account("acc")
                .from("anna@ditta.example")
                .to("carla@altra.example")
                .subject("Fattura")
                .text(body())
                .build();
    }

    private static String body() {
        return "Si trasmette in allegato la fattura del mese, cordiali saluti.\r\n".repeat(BODY / 64);
    }

    private static double perSecond(int count, long nanos) {
        return count * 1e9 / nanos;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
