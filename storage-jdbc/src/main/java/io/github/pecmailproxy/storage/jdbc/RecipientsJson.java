package io.github.pecmailproxy.storage.jdbc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.pecmailproxy.message.RecipientRole;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the recipients of a message as a JSON array, so that whoever looks into the table can read them; what is null is left out.
 * Stateless and thread-safe.
 */
final class RecipientsJson {
    private static final JsonFactory JSON = new JsonFactory();

    private RecipientsJson() {}

    static String write(List<RecipientStatus> recipients) {
        StringWriter text = new StringWriter(96 * recipients.size());
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (RecipientStatus recipient : recipients) {
                json.writeStartObject();
                json.writeStringField("address", recipient.address());
                json.writeStringField("role", recipient.role().name());
                json.writeStringField("state", recipient.state().name());
                text(json, "reason", recipient.reason());
                text(json, "detail", recipient.detail());
                time(json, "changed_at", recipient.changedAt());
                time(json, "overdue_at", recipient.overdueAt());
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to a string does not fail", impossible);
        }
        return text.toString();
    }

    static List<RecipientStatus> read(String text) {
        List<RecipientStatus> recipients = new ArrayList<>();
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                recipients.add(recipient(json));
            }
        } catch (IOException malformed) {
            throw new IllegalStateException("the stored recipients are not what was written", malformed);
        }
        return recipients;
    }

    private static RecipientStatus recipient(JsonParser json) throws IOException {
        String address = "";
        RecipientRole role = RecipientRole.TO;
        RecipientState state = RecipientState.PENDING;
        String reason = null;
        String detail = null;
        Instant changedAt = null;
        Instant overdueAt = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "address" -> address = json.getText();
                case "role" -> role = RecipientRole.valueOf(json.getText());
                case "state" -> state = RecipientState.valueOf(json.getText());
                case "reason" -> reason = json.getText();
                case "detail" -> detail = json.getText();
                case "changed_at" -> changedAt = Instant.ofEpochMilli(json.getLongValue());
                case "overdue_at" -> overdueAt = Instant.ofEpochMilli(json.getLongValue());
                default -> json.skipChildren();
            }
        }
        return new RecipientStatus(address, role, state, reason, detail, changedAt, overdueAt);
    }

    private static void text(JsonGenerator json, String field, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }

    private static void time(JsonGenerator json, String field, @Nullable Instant value) throws IOException {
        if (value != null) {
            json.writeNumberField(field, value.toEpochMilli());
        }
    }
}
