package io.github.pecmailproxy.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What happened to messages of one tenant since the last report. Immutable and thread-safe.
 *
 * @param tenant whose messages
 * @param entries the entries, in the order in which they happened
 * @since 0.1.0
 */
public record DeliveryReport(String tenant, List<ReportEntry> entries) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Copies the entries. */
    public DeliveryReport {
        entries = List.copyOf(entries);
    }

    /**
     * Writes the report in the form of the sync protocol: {@code {"delivery_report":[…]}}.
     *
     * @return the JSON text, never null
     */
    public String toJson() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("delivery_report", entries.stream().map(ReportEntry::fields).toList());
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("texts and numbers are always JSON", impossible);
        }
    }
}
