package io.github.pecmailproxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.health.HealthSnapshot;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoreStatistics;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MicrometerMetricsTest {
    private static final AccountKey ACCOUNT = new AccountKey("acme", "pec");
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final Path README = Path.of("..", "README.md");
    private static final Path DASHBOARD = Path.of("..", "examples", "rest-api", "grafana", "pec-mail-proxy.json");

    private final MockClock ticks = new MockClock();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, ticks);
    private final MicrometerMetrics metrics = new MicrometerMetrics(registry);

    /** A row of the README's table. */
    private record Row(String meter, String prometheus, Set<String> tags) {}

    @Test
    void theReadmeNamesEveryMeterWithItsTags() throws IOException {
        hearEverything(metrics);
        gauge("pec.store.up"); // The accounts of the mailboxes are known after the first look.

        Map<String, Set<String>> registered = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            registered
                    .computeIfAbsent(meter.getId().getName().replaceAll("\\.histogram$", ""), name -> new TreeSet<>())
                    .addAll(meter.getId().getTags().stream()
                            .map(Tag::getKey)
                            .filter(key -> !key.equals("le"))
                            .toList());
        }
        assertThat(table().stream().collect(Collectors.toMap(Row::meter, Row::tags)))
                .isEqualTo(registered);
    }

    @Test
    void theReadmeNamesWhatPrometheusSees() throws IOException {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        hearEverything(new MicrometerMetrics(prometheus));
        prometheus.scrape();

        Set<String> exposed = Pattern.compile("^(pec_\\w+?)(_bucket|_count|_sum|_max)?[{ ]", Pattern.MULTILINE)
                .matcher(prometheus.scrape())
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toSet());
        assertThat(table()).extracting(Row::prometheus).containsExactlyInAnyOrderElementsOf(exposed);
    }

    @Test
    void theDashboardAsksForMetersAndTagsThatThereAre() throws IOException {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        hearEverything(new MicrometerMetrics(prometheus));
        prometheus.scrape(); // The accounts of the mailboxes are known after the first look.
        String samples = prometheus.scrape();

        List<String> queries = new ObjectMapper()
                .readTree(Files.readString(DASHBOARD)).findValuesAsText("expr").stream()
                        .filter(query -> query.contains("pec_"))
                        .toList();
        for (String query : queries) {
            for (String meter : found("pec_\\w+", query)) {
                String sample = samples.lines()
                        .filter(line -> line.matches(meter + "[{ ].*"))
                        .collect(Collectors.joining("\n"));
                assertThat(sample).as(query).isNotEmpty();
                found("(?<=by \\()[^)]+", query).stream()
                        .flatMap(tags -> names(tags).stream())
                        .forEach(tag -> assertThat(sample).as(query).contains(tag + "=\""));
                found("\\w+=\"[^\"]*\"", query)
                        .forEach(tag -> assertThat(sample).as(query).contains(tag));
            }
        }
        assertThat(queries).hasSizeGreaterThan(15);
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group())
                .toList();
    }

    @Test
    void timesAreHistograms() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        hearEverything(new MicrometerMetrics(prometheus));

        assertThat(prometheus.scrape())
                .contains(
                        "pec_acceptance_time_seconds_bucket{account=\"pec\",tenant=\"acme\",le=\"10.0\"} 1",
                        "pec_delivery_time_seconds_bucket{account=\"pec\",tenant=\"acme\",le=\"93600.0\"} 1",
                        "pec_store_time_seconds_bucket{operation=\"apply\",outcome=\"success\",le=\"0.01\"} 1");
    }

    @Test
    void countsWhatIsInTheStore() {
        metrics.watch(() -> snapshot(new StoreStatistics(
                Map.of(MessageState.QUEUED, 3L, MessageState.DEFERRED, 2L, MessageState.IN_DOUBT, 1L),
                NOW.minusSeconds(90),
                17)));

        assertThat(registry.get("pec.messages").tag("state", "queued").gauge().value())
                .isEqualTo(3);
        assertThat(registry.get("pec.messages").tag("state", "in_doubt").gauge().value())
                .isEqualTo(1);
        assertThat(gauge("pec.queue.pending")).isEqualTo(5);
        assertThat(gauge("pec.queue.oldest.due")).isEqualTo(90);
        assertThat(gauge("pec.reports.waiting")).isEqualTo(17);
        assertThat(gauge("pec.mailboxes.blind")).isEqualTo(1);
        assertThat(gauge("pec.suspensions")).isEqualTo(1);
        assertThat(gauge("pec.store.up")).isEqualTo(1);
        assertThat(registry.get("pec.mailbox.lag").tag("account", "pec").gauge().value())
                .isEqualTo(30);
    }

    @Test
    void showsNoFiguresThatItDoesNotHave() {
        metrics.watch(() -> new HealthSnapshot(NOW, true, "refused", null, List.of(), List.of(), List.of()));

        assertThat(gauge("pec.store.up")).isZero();
        for (String name : List.of("pec.messages", "pec.queue.oldest.due", "pec.mailboxes.blind", "pec.suspensions")) {
            assertThat(registry.get(name).gauges()).allMatch(gauge -> Double.isNaN(gauge.value()));
        }
    }

    @Test
    void asksTheStoreOnceHoweverManyMetersAreRead() {
        AtomicInteger asked = new AtomicInteger();
        metrics.watch(() -> {
            asked.incrementAndGet();
            return snapshot(new StoreStatistics(Map.of(), null, 0));
        });
        registry.getMeters().forEach(meter -> meter.measure().forEach(Measurement::getValue));
        registry.getMeters().forEach(meter -> meter.measure().forEach(Measurement::getValue));
        assertThat(asked).hasValue(1);
        ticks.add(Duration.ofSeconds(6));
        gauge("pec.queue.pending");
        assertThat(asked).hasValue(2);
    }

    @Test
    void forgetsTheMailboxOfAnAccountThatIsGone() {
        List<MailboxStatus> mailboxes = new ArrayList<>(snapshot(null).mailboxes());
        metrics.watch(() -> new HealthSnapshot(NOW, true, null, null, List.of(), mailboxes, List.of()));
        gauge("pec.store.up");
        assertThat(registry.find("pec.mailbox.lag").gauges()).hasSize(2);
        mailboxes.remove(0);
        ticks.add(Duration.ofSeconds(6));
        gauge("pec.store.up");
        assertThat(registry.find("pec.mailbox.lag").gauges()).hasSize(1);
    }

    @Test
    void aProxyTellsThem() {
        FakeStore store = new FakeStore(new SettableClock());
        try (MailProxy proxy = MailProxy.builder()
                .store(store)
                .account(Samples.pecAccount())
                .metrics(metrics)
                .build()) {
            proxy.queue()
                    .enqueue(OutgoingMessage.builder()
                            .id("m1")
                            .account("pec")
                            .from(Samples.SENDER)
                            .to("anna@pec.example")
                            .subject("s")
                            .text("t")
                            .build());

            assertThat(registry.get("pec.events")
                            .tags("event", "queued", "tenant", "default", "account", "pec")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(gauge("pec.queue.pending")).isEqualTo(1);
            assertThat(registry.get("pec.store.time")
                            .tags("operation", "enqueue")
                            .timer()
                            .count())
                    .isEqualTo(1);
        }
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private static HealthSnapshot snapshot(StoreStatistics statistics) {
        return new HealthSnapshot(
                NOW,
                true,
                null,
                statistics,
                List.of(new Suspension(new SuspensionScope.Account(ACCOUNT), "535 refused", NOW)),
                List.of(
                        new MailboxStatus(ACCOUNT, NOW.minusSeconds(30), null, null, null, 0, false),
                        new MailboxStatus(new AccountKey("acme", "other"), null, NOW, "refused", null, 0, false)),
                List.of());
    }

    private static void hearEverything(MicrometerMetrics metrics) {
        metrics.watch(() -> snapshot(new StoreStatistics(Map.of(), null, 0)));
        metrics.happened(ACCOUNT, EventType.SENT);
        metrics.rateLimited(ACCOUNT);
        metrics.receiptRead(receipt());
        metrics.accepted(ACCOUNT, Duration.ofSeconds(7));
        metrics.delivered(ACCOUNT, Duration.ofHours(25));
        metrics.reported("default", ReportResult.ACCEPTED, 3);
        metrics.storeCalled("apply", Duration.ofMillis(7), true);
    }

    private static ReceiptRecord receipt() {
        return new ReceiptRecord(
                0,
                new MailboxKey(ACCOUNT, "INBOX"),
                1,
                1,
                NOW,
                NOW,
                "a".repeat(64),
                1,
                null,
                "receipt",
                "accettazione",
                null,
                null,
                NOW,
                Verdict.TRUSTED,
                List.of(),
                Disposition.RECORDED,
                "it counts",
                null,
                null,
                false);
    }

    private static List<Row> table() throws IOException {
        return Files.readAllLines(README).stream()
                .filter(line -> line.startsWith("| `pec."))
                .map(line -> line.split("\\|"))
                .map(cells -> new Row(names(cells[1]).get(0), names(cells[2]).get(0), Set.copyOf(names(cells[3]))))
                .toList();
    }

    private static List<String> names(String cell) {
        return Arrays.stream(cell.split(","))
                .map(name -> name.replace("`", "").strip())
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
