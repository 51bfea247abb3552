package io.github.pecmailproxy.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterators;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The form in which reports go over the wire. */
class DeliveryReportTest {
    private static final Instant ACCEPTED_AT = Instant.ofEpochSecond(1705750150);
    private static final Instant DELIVERED_AT = Instant.ofEpochSecond(1705750800);

    static Stream<Arguments> entries() {
        return Stream.of(
                Arguments.of(
                        EventType.SENT,
                        EventData.of("smtp_response", "250 OK"),
                        "{\"id\":\"m1\",\"sent_ts\":1705750150}"),
                Arguments.of(
                        EventType.ERROR,
                        EventData.of("error", "550 no such user"),
                        "{\"id\":\"m1\",\"error_ts\":1705750150,\"error\":\"550 no such user\"}"),
                Arguments.of(
                        EventType.ERROR,
                        EventData.of("error", "550 no such user").with("recipient", "a@x.example"),
                        "{\"id\":\"m1\",\"error_ts\":1705750150,\"error\":\"550 no such user\",\"recipient\":\"a@x.example\"}"),
                Arguments.of(
                        EventType.DEFERRED,
                        EventData.of("reason", "451 later").with("due_ts", 1),
                        "{\"id\":\"m1\",\"deferred_ts\":1705750150,\"deferred_reason\":\"451 later\"}"),
                Arguments.of(
                        EventType.BOUNCE,
                        EventData.of("bounce_type", "hard")
                                .with("bounce_code", "5.1.1")
                                .with("bounce_reason", "unknown")
                                .with("recipient", "a@x.example"),
                        "{\"id\":\"m1\",\"bounce_ts\":1705750150,\"bounce_type\":\"hard\",\"bounce_code\":\"5.1.1\","
                                + "\"bounce_reason\":\"unknown\",\"recipient\":\"a@x.example\"}"),
                Arguments.of(
                        EventType.PEC_ACCEPTANCE,
                        EventData.of("receipt_type", "accettazione"),
                        "{\"id\":\"m1\",\"pec_event\":\"pec_acceptance\",\"pec_ts\":1705750150,"
                                + "\"pec_details\":\"Accepted by provider\"}"),
                Arguments.of(
                        EventType.PEC_DELIVERY,
                        EventData.of("recipient", "a@pec.example"),
                        "{\"id\":\"m1\",\"pec_event\":\"pec_delivery\",\"pec_ts\":1705750150,"
                                + "\"pec_details\":\"Delivered to recipient\",\"recipient\":\"a@pec.example\"}"),
                Arguments.of(
                        EventType.PEC_ERROR,
                        EventData.of("recipient", "a@pec.example")
                                .with("failure", "mailbox_full")
                                .with("error_detail", "5.2.2 - casella piena"),
                        "{\"id\":\"m1\",\"pec_event\":\"pec_error\",\"pec_ts\":1705750150,"
                                + "\"pec_details\":\"5.2.2 - casella piena\",\"recipient\":\"a@pec.example\"}"),
                Arguments.of(
                        EventType.PEC_ERROR,
                        EventData.of("failure", "formal_error"),
                        "{\"id\":\"m1\",\"pec_event\":\"pec_error\",\"pec_ts\":1705750150,\"pec_details\":\"formal_error\"}"),
                Arguments.of(
                        EventType.PEC_TIMEOUT,
                        EventData.of("stage", "acceptance"),
                        "{\"id\":\"m1\",\"pec_event\":\"pec_timeout\",\"pec_ts\":1705750150,"
                                + "\"pec_details\":\"No acceptance receipt in time\"}"),
                Arguments.of(
                        EventType.PEC_TIMEOUT,
                        EventData.of("stage", "delivery").with("recipient", "a@pec.example"),
                        "{\"id\":\"m1\",\"pec_event\":\"pec_timeout\",\"pec_ts\":1705750150,"
                                + "\"pec_details\":\"No delivery receipt in time\",\"recipient\":\"a@pec.example\"}"),
                Arguments.of(EventType.QUEUED, EventData.NONE, "{\"id\":\"m1\",\"queued_ts\":1705750150}"),
                Arguments.of(
                        EventType.IN_DOUBT,
                        EventData.of("reason", "cut"),
                        "{\"id\":\"m1\",\"in_doubt_ts\":1705750150,\"in_doubt_reason\":\"cut\"}"),
                Arguments.of(EventType.CANCELLED, EventData.NONE, "{\"id\":\"m1\",\"cancelled_ts\":1705750150}"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("entries")
    void entryHasItsFieldsInTheirOrder(EventType type, EventData data, String json) {
        DeliveryReport report = new DeliveryReport("acme", List.of(entry("m1", type, ACCEPTED_AT, data)));
        assertThat(report.toJson()).isEqualTo("{\"delivery_report\":[" + json + "]}");
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void entryWithoutDetailsStillHasAllItsFields(EventType type) {
        Map<String, Object> fields =
                entry("m1", type, ACCEPTED_AT, EventData.NONE).fields();
        assertThat(fields).containsEntry("id", "m1").doesNotContainValue(null);
        assertThat(fields).isUnmodifiable();
        Set<String> expected = switch (type) {
            case SENT -> Set.of("id", "sent_ts");
            case ERROR -> Set.of("id", "error_ts", "error");
            case DEFERRED -> Set.of("id", "deferred_ts", "deferred_reason");
            case BOUNCE -> Set.of("id", "bounce_ts", "bounce_type", "bounce_code", "bounce_reason");
            case QUEUED, IN_DOUBT, CANCELLED -> Set.of("id", type.wireName() + "_ts");
            default -> Set.of("id", "pec_event", "pec_ts", "pec_details");
        };
        assertThat(fields.keySet()).isEqualTo(expected);
    }

    @Test
    void timesAreWholeSeconds() {
        assertThat(entry("m1", EventType.SENT, ACCEPTED_AT.plusMillis(999), EventData.NONE)
                        .fields())
                .containsEntry("sent_ts", 1705750150L);
    }

    @Test
    void reportIsTheDocumentedExample() throws IOException {
        JsonNode example = documented("\"delivery_report\"");
        DeliveryReport report = new DeliveryReport(
                "acme",
                List.of(
                        entry(
                                "acme-msg-001",
                                EventType.PEC_ACCEPTANCE,
                                ACCEPTED_AT,
                                EventData.of("receipt_type", "accettazione")),
                        entry(
                                "acme-msg-001",
                                EventType.PEC_DELIVERY,
                                DELIVERED_AT,
                                EventData.of("recipient", "dest@pec.it"))));
        JsonNode ours = new ObjectMapper().readTree(report.toJson());
        assertThat(fieldNames(ours)).isEqualTo(fieldNames(example));
        for (int i = 0; i < example.get("delivery_report").size(); i++) {
            JsonNode expected = example.get("delivery_report").get(i);
            JsonNode entry = ours.get("delivery_report").get(i);
            // Fields may be added behind the documented ones, which keep their names, values and order.
            assertThat(fieldNames(entry)).startsWith(fieldNames(expected).toArray(String[]::new));
            fieldNames(expected).forEach(name -> assertThat(entry.get(name)).isEqualTo(expected.get(name)));
        }
        assertThat(ours.get("delivery_report").size())
                .isEqualTo(example.get("delivery_report").size());
        // Byte for byte, but for the document's indentation and the one field that is added.
        assertThat(report.toJson().replace(",\"recipient\":\"dest@pec.it\"", ""))
                .isEqualTo(new ObjectMapper().writeValueAsString(example));
    }

    @Test
    void documentedEventsAreEventsOfOurs() throws IOException {
        JsonNode example = documented("\"events\"");
        for (JsonNode event : example.get("events")) {
            EventType type = EventType.ofWireName(event.get("event_type").asText());
            assertThat(type.wireName()).isEqualTo(event.get("event_type").asText());
            String data = event.get("event_data").toString();
            assertThat(EventData.fromJson(data).toJson()).isEqualTo(data);
        }
        assertThat(example.get("events").size()).isEqualTo(4);
    }

    @Test
    void everyFieldThatTheDocumentedClientReadsIsThere() throws IOException {
        Matcher read = Pattern.compile("report(?:\\[|\\.get\\()\"(\\w+)\"").matcher(seed());
        int found = 0;
        Set<String> ours = Set.of("id", "pec_event", "pec_ts", "pec_details", "sent_ts", "error_ts", "error");
        while (read.find()) {
            assertThat(ours).contains(read.group(1));
            found++;
        }
        assertThat(found).isGreaterThan(4);
    }

    @Test
    void answerNamesWhatToDeliverAgain() {
        assertThat(ReportAnswer.accepted().retry()).isEmpty();
        assertThat(ReportAnswer.acceptedExcept(Set.of(3L)).retry()).containsExactly(3L);
    }

    @Test
    void acceptingSinkAcceptsWhatItsConsumerTook() throws Exception {
        DeliveryReport report = new DeliveryReport("acme", List.of());
        assertThat(DeliveryReportSink.accepting(taken -> assertThat(taken).isSameAs(report))
                        .deliver(report))
                .isEqualTo(ReportAnswer.accepted());
    }

    private static ReportEntry entry(String id, EventType type, Instant time, EventData data) {
        return new ReportEntry(new MessageEvent(1, new MessageKey("acme", id), type, time, time, data), 0);
    }

    private static List<String> fieldNames(JsonNode node) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(node.fieldNames(), 0), false)
                .toList();
    }

    /** The documented JSON example that contains a field. */
    private static JsonNode documented(String field) throws IOException {
        Matcher block =
                Pattern.compile("code-block:: json\\R\\R((?:[ ]+\\S.*\\R)+)").matcher(seed());
        while (block.find()) {
            if (block.group(1).contains(field)) {
                return new ObjectMapper().readTree(block.group(1));
            }
        }
        throw new AssertionError("no example with " + field);
    }

    private static String seed() throws IOException {
        String shared = System.getProperty("pec.shared", "");
        assumeTrue(!shared.isBlank(), "the system property pec.shared is not set");
        return Files.readString(Path.of(shared, "seed", "pec-support.rst"));
    }
}
