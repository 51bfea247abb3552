package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.ReportEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every JSON example of the document, byte for byte but for its indentation, made from the example's own values. */
class DocumentedJsonTest {
    private static final Pattern EXAMPLE = Pattern.compile("code-block:: json\\R\\R((?:[ ]+\\S.*\\R|\\R(?=[ ]+\\}))+)");

    /** The one that writes this program's answers. */
    private final JsonMapper mapper = RunningApi.get().bean(JsonMapper.class);

    @Test
    void everyExampleIsWhatThisProgramWrites() throws IOException {
        String folder = System.getProperty("pec.shared", "");
        Path file = Path.of(folder, "seed", "pec-support.rst");
        assumeTrue(
                !folder.isEmpty() && Files.exists(file),
                "pec.shared is not the directory that holds seed/pec-support.rst");
        List<JsonNode> examples = EXAMPLE.matcher(Files.readString(file))
                .results()
                .map(block -> mapper.readTree(block.group(1)))
                .toList();
        assertThat(examples).hasSize(4);

        for (JsonNode example : examples) {
            assertThat(written(example)).isEqualTo(mapper.writeValueAsString(example));
        }
    }

    private String written(JsonNode example) {
        if (example.has("event_type")) {
            return mapper.writeValueAsString(event(example));
        }
        if (example.has("events")) {
            return mapper.writeValueAsString(Answer.ok(
                    "events",
                    example.get("events")
                            .valueStream()
                            .map(DocumentedJsonTest::event)
                            .toList()));
        }
        if (example.has("accounts")) {
            return accounts(example.get("accounts"));
        }
        return report(example.get("delivery_report"));
    }

    private static Map<String, Object> event(JsonNode example) {
        return MessageView.event(event(
                "m1",
                example.get("event_type").stringValue(),
                example.get("event_ts").longValue(),
                EventData.fromJson(example.get("event_data").toString())));
    }

    private static MessageEvent event(String id, String type, long seconds, EventData data) {
        Instant time = Instant.ofEpochSecond(seconds);
        return new MessageEvent(1, new MessageKey("acme", id), EventType.ofWireName(type), time, time, data);
    }

    /** What is not in the example, such as the user, is left out; what remains stands in its order. */
    private String accounts(JsonNode examples) {
        List<Map<String, Object>> accounts = new ArrayList<>();
        for (JsonNode example : examples) {
            MailAccount account = MailAccount.pec(example.get("id").stringValue())
                    .tenant(example.get("tenant_id").stringValue())
                    .smtps(
                            example.get("host").stringValue(),
                            example.get("port").intValue())
                    .imaps(
                            example.get("imap_host").stringValue(),
                            example.get("imap_port").intValue())
                    .credentials("acme@pec.provider.it", RunningApi.PASSWORD)
                    .build();
            Map<String, Object> written = new LinkedHashMap<>(AccountForm.write(account));
            written.keySet().retainAll(example.propertyNames());
            accounts.add(written);
        }
        return mapper.writeValueAsString(Map.of("accounts", accounts));
    }

    private static String report(JsonNode examples) {
        List<ReportEntry> entries = new ArrayList<>();
        for (JsonNode example : examples) {
            entries.add(new ReportEntry(
                    event(
                            example.get("id").stringValue(),
                            example.get("pec_event").stringValue(),
                            example.get("pec_ts").longValue(),
                            EventData.NONE),
                    0));
        }
        return new DeliveryReport("acme", entries).toJson();
    }
}
