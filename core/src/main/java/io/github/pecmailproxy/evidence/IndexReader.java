package io.github.pecmailproxy.evidence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientRole;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code index.json}. Accepts nothing but what {@link IndexWriter} would write, byte for byte. */
final class IndexReader {
    private static final int DEEPEST = 10;
    private static final ObjectReader READER = reader();

    private IndexReader() {}

    private static ObjectReader reader() {
        ObjectMapper mapper = JsonMapper.builder()
                .disable(JsonReadFeature.ALLOW_JAVA_COMMENTS.mappedFeature())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
        mapper.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build());
        return mapper.reader();
    }

    /** An index and the file of the text that it names. */
    record Read(BundleIndex index, BundleFile text) {}

    /**
     * Reads an index.
     *
     * @throws BundleException if it is not one
     */
    static Read read(byte[] json) throws BundleException {
        Read read;
        try {
            JsonNode tree = READER.readTree(json);
            Fields root = new Fields(tree, "");
            String format = root.text("format");
            if (!format.equals(IndexWriter.FORMAT)) {
                throw new BundleException(
                        "the format is " + SingleLine.of(format) + ", and only " + IndexWriter.FORMAT + " is known");
            }
            List<ReceiptFacts> receipts = new ArrayList<>();
            for (Fields receipt : root.objects("receipts")) {
                receipts.add(receipt(receipt));
            }
            List<BundleIndex.Event> events = new ArrayList<>();
            for (Fields event : root.objects("events")) {
                events.add(event(event));
            }
            List<CertificateFacts> certificates = new ArrayList<>();
            for (Fields certificate : root.objects("certificates")) {
                certificates.add(certificate(certificate));
            }
            read = new Read(
                    new BundleIndex(
                            message(root.object("message")),
                            file(root.object("original")),
                            receipts,
                            events,
                            certificates),
                    file(root.object("text")));
        } catch (JsonProcessingException malformed) {
            throw new BundleException("it is not JSON: " + SingleLine.of(malformed.getOriginalMessage()));
        } catch (IOException impossible) {
            throw new BundleException("it cannot be read: " + SingleLine.of(String.valueOf(impossible.getMessage())));
        }
        if (!Arrays.equals(IndexWriter.write(read.index(), read.text()), json)) {
            throw new BundleException(
                    "it is not written as an index is written: something was added, left out or changed");
        }
        return read;
    }

    private static MessageFacts message(Fields fields) throws BundleException {
        List<MessageFacts.Recipient> recipients = new ArrayList<>();
        for (Fields recipient : fields.objects("recipients")) {
            recipients.add(new MessageFacts.Recipient(
                    recipient.text("address"),
                    recipient.constant("role", RecipientRole.values()),
                    recipient.constant("state", RecipientState.values()),
                    recipient.textOrNull("reason"),
                    recipient.textOrNull("detail"),
                    recipient.timeOrNull("changed_at")));
        }
        return new MessageFacts(
                fields.text("tenant"),
                fields.text("id"),
                fields.text("account"),
                fields.flag("pec"),
                fields.text("message_id"),
                fields.text("sender"),
                fields.text("subject"),
                fields.textOrNull("provider_message_id"),
                (int) fields.number("attempts"),
                fields.constant("state", MessageState.values()),
                fields.time("enqueued_at"),
                fields.timeOrNull("sent_at"),
                recipients);
    }

    private static BundleFile file(Fields fields) throws BundleException {
        return new BundleFile(fields.text("file"), fields.number("size"), fields.text("sha256"));
    }

    private static ReceiptFacts receipt(Fields fields) throws BundleException {
        Fields recorded = fields.object("recorded");
        return new ReceiptFacts(
                file(fields),
                new ReceiptFacts.Place(
                        fields.text("account"),
                        fields.text("folder"),
                        fields.number("uid_validity"),
                        fields.number("uid"),
                        fields.timeOrNull("arrived_at"),
                        fields.time("read_at")),
                new ReceiptFacts.Recorded(
                        recorded.constant("disposition", Disposition.values()),
                        recorded.text("reason"),
                        recorded.constant("verdict", Verdict.values()),
                        recorded.texts("problems")),
                contents(fields.object("contents")),
                signature(fields.object("signature")));
    }

    private static ReceiptContents contents(Fields fields) throws BundleException {
        List<ReceiptContents.Recipient> recipients = new ArrayList<>();
        for (Fields recipient : fields.objects("recipients")) {
            recipients.add(new ReceiptContents.Recipient(recipient.text("address"), recipient.text("type")));
        }
        return new ReceiptContents(
                fields.text("kind"),
                fields.textOrNull("from"),
                fields.textOrNull("receipt_message_id"),
                fields.textOrNull("receipt_type"),
                fields.textOrNull("event_type"),
                fields.timeOrNull("certified_at"),
                fields.textOrNull("legal_time"),
                fields.textOrNull("provider"),
                fields.textOrNull("provider_message_id"),
                fields.textOrNull("original_message_id"),
                fields.textOrNull("sender"),
                fields.textOrNull("subject"),
                recipients,
                fields.textOrNull("recipient"),
                fields.textOrNull("receipt_format"),
                fields.textOrNull("error"),
                fields.textOrNull("error_code"),
                fields.textOrNull("error_detail"),
                fields.flag("original_attached"));
    }

    private static SignatureFacts signature(Fields fields) throws BundleException {
        return new SignatureFacts(
                fields.constant("verdict", Verdict.values()),
                fields.textOrNull("reason"),
                fields.flag("proof"),
                fields.texts("problems"),
                fields.textOrNull("digest"),
                fields.flag("weak_digest"),
                fields.timeOrNull("signing_time"),
                fields.texts("chain"));
    }

    private static BundleIndex.Event event(Fields fields) throws BundleException {
        EventData data = EventData.NONE;
        for (Map.Entry<String, JsonNode> field : fields.node("data").properties()) {
            JsonNode value = field.getValue();
            data = data.with(
                    field.getKey(),
                    value.isBoolean() ? value.asBoolean() : value.isIntegralNumber() ? value.asLong() : value.asText());
        }
        try {
            return new BundleIndex.Event(
                    EventType.ofWireName(fields.text("type")), fields.time("time"), fields.time("recorded_at"), data);
        } catch (InvalidValueException unknown) {
            throw new BundleException("an event has a type that does not exist");
        }
    }

    private static CertificateFacts certificate(Fields fields) throws BundleException {
        return new CertificateFacts(
                file(fields),
                fields.text("subject"),
                fields.text("issuer"),
                fields.text("serial"),
                fields.time("not_before"),
                fields.time("not_after"),
                fields.text("certificate_sha256"),
                fields.text("key_sha256"));
    }

    /** The fields of a JSON object, each of the kind it must have. */
    private record Fields(JsonNode json, String path) {
        JsonNode node(String name) throws BundleException {
            JsonNode found = json.get(name);
            if (found == null) {
                throw new BundleException("it has no " + path + name);
            }
            return found;
        }

        private BundleException unfit(String name, String kind) {
            return new BundleException(path + name + " is not " + kind);
        }

        Fields object(String name) throws BundleException {
            JsonNode found = node(name);
            if (!found.isObject()) {
                throw unfit(name, "an object");
            }
            return new Fields(found, path + name + ".");
        }

        List<Fields> objects(String name) throws BundleException {
            JsonNode found = node(name);
            List<Fields> objects = new ArrayList<>();
            for (JsonNode element : found) {
                if (!found.isArray() || !element.isObject()) {
                    throw unfit(name, "an array of objects");
                }
                objects.add(new Fields(element, path + name + "[" + objects.size() + "]."));
            }
            return objects;
        }

        List<String> texts(String name) throws BundleException {
            List<String> texts = new ArrayList<>();
            for (JsonNode element : node(name)) {
                if (!element.isTextual()) {
                    throw unfit(name, "an array of texts");
                }
                texts.add(element.asText());
            }
            return texts;
        }

        @Nullable
        String textOrNull(String name) throws BundleException {
            JsonNode found = node(name);
            if (!found.isTextual() && !found.isNull()) {
                throw unfit(name, "a text");
            }
            return found.isNull() ? null : found.asText();
        }

        String text(String name) throws BundleException {
            String found = textOrNull(name);
            if (found == null) {
                throw unfit(name, "a text");
            }
            return found;
        }

        long number(String name) throws BundleException {
            JsonNode found = node(name);
            if (!found.isIntegralNumber() || !found.canConvertToLong()) {
                throw unfit(name, "a number");
            }
            return found.asLong();
        }

        boolean flag(String name) throws BundleException {
            JsonNode found = node(name);
            if (!found.isBoolean()) {
                throw unfit(name, "true or false");
            }
            return found.asBoolean();
        }

        @Nullable
        Instant timeOrNull(String name) throws BundleException {
            String found = textOrNull(name);
            try {
                return found == null ? null : Instant.parse(found);
            } catch (DateTimeException unreadable) {
                throw unfit(name, "a time");
            }
        }

        Instant time(String name) throws BundleException {
            Instant found = timeOrNull(name);
            if (found == null) {
                throw unfit(name, "a time");
            }
            return found;
        }

        <E extends Enum<E>> E constant(String name, E[] values) throws BundleException {
            String found = text(name);
            for (E value : values) {
                if (IndexWriter.name(value).equals(found)) {
                    return value;
                }
            }
            throw unfit(name, "a value that is known");
        }
    }
}
