package io.github.pecmailproxy.evidence;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.pecmailproxy.message.EventData;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code index.json}: fields in a fixed order, always all of them, and one way of writing each value, so that one index has one
 * text and a changed byte cannot hide in blanks or escapes.
 */
final class IndexWriter {
    /** The format of the bundle: the fields, and the words of {@code verification.txt}. What changes either is another format. */
    static final String FORMAT = "pec-evidence/1";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ObjectWriter WRITER =
            MAPPER.writer(printer()).without(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private IndexWriter() {}

    private static DefaultPrettyPrinter printer() {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        printer.indentArraysWith(lines);
        printer.indentObjectsWith(lines);
        return printer;
    }

    static byte[] write(BundleIndex index, BundleFile text) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT);
        message(root.putObject("message"), index.message());
        file(root.putObject("original"), index.original());
        file(root.putObject("text"), text);
        array(root.putArray("receipts"), index.receipts(), IndexWriter::receipt);
        array(root.putArray("events"), index.events(), IndexWriter::event);
        array(root.putArray("certificates"), index.certificates(), IndexWriter::certificate);
        try {
            return (WRITER.writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of texts and numbers is always JSON", impossible);
        }
    }

    private static <T> void array(ArrayNode array, List<T> values, BiConsumer<ObjectNode, T> writer) {
        values.forEach(value -> writer.accept(array.addObject(), value));
    }

    private static void message(ObjectNode node, MessageFacts message) {
        node.put("tenant", message.tenant());
        node.put("id", message.id());
        node.put("account", message.account());
        node.put("pec", message.pec());
        node.put("message_id", message.messageId());
        node.put("sender", message.sender());
        node.put("subject", message.subject());
        node.put("provider_message_id", message.providerMessageId());
        node.put("attempts", message.attempts());
        node.put("state", name(message.state()));
        node.put("enqueued_at", time(message.enqueuedAt()));
        node.put("sent_at", time(message.sentAt()));
        array(node.putArray("recipients"), message.recipients(), IndexWriter::recipient);
    }

    private static void recipient(ObjectNode node, MessageFacts.Recipient recipient) {
        node.put("address", recipient.address());
        node.put("role", name(recipient.role()));
        node.put("state", name(recipient.state()));
        node.put("reason", recipient.reason());
        node.put("detail", recipient.detail());
        node.put("changed_at", time(recipient.changedAt()));
    }

    private static void file(ObjectNode node, BundleFile file) {
        node.put("file", file.name());
        node.put("size", file.size());
        node.put("sha256", file.sha256());
    }

    private static void receipt(ObjectNode node, ReceiptFacts receipt) {
        file(node, receipt.file());
        ReceiptFacts.Place place = receipt.place();
        node.put("account", place.account());
        node.put("folder", place.folder());
        node.put("uid_validity", place.uidValidity());
        node.put("uid", place.uid());
        node.put("arrived_at", time(place.arrivedAt()));
        node.put("read_at", time(place.readAt()));
        ReceiptFacts.Recorded recorded = receipt.recorded();
        ObjectNode then = node.putObject("recorded");
        then.put("disposition", name(recorded.disposition()));
        then.put("reason", recorded.reason());
        then.put("verdict", recorded.verdict().wireName());
        texts(then.putArray("problems"), recorded.problems());
        contents(node.putObject("contents"), receipt.contents());
        signature(node.putObject("signature"), receipt.signature());
    }

    private static void contents(ObjectNode node, ReceiptContents contents) {
        node.put("kind", contents.kind());
        node.put("from", contents.from());
        node.put("receipt_message_id", contents.receiptMessageId());
        node.put("receipt_type", contents.receiptType());
        node.put("event_type", contents.eventType());
        node.put("certified_at", time(contents.certifiedAt()));
        node.put("legal_time", contents.legalTime());
        node.put("provider", contents.provider());
        node.put("provider_message_id", contents.providerMessageId());
        node.put("original_message_id", contents.originalMessageId());
        node.put("sender", contents.sender());
        node.put("subject", contents.subject());
        array(node.putArray("recipients"), contents.recipients(), (one, recipient) -> {
            one.put("address", recipient.address());
            one.put("type", recipient.type());
        });
        node.put("recipient", contents.recipient());
        node.put("receipt_format", contents.receiptFormat());
        node.put("error", contents.error());
        node.put("error_code", contents.errorCode());
        node.put("error_detail", contents.errorDetail());
        node.put("original_attached", contents.originalAttached());
    }

    private static void signature(ObjectNode node, SignatureFacts signature) {
        node.put("verdict", signature.verdict().wireName());
        node.put("reason", signature.reason());
        node.put("proof", signature.proof());
        texts(node.putArray("problems"), signature.problems());
        node.put("digest", signature.digest());
        node.put("weak_digest", signature.weakDigest());
        node.put("signing_time", time(signature.signingTime()));
        texts(node.putArray("chain"), signature.chain());
    }

    private static void event(ObjectNode node, BundleIndex.Event event) {
        node.put("type", event.type().wireName());
        node.put("time", time(event.time()));
        node.put("recorded_at", time(event.recordedAt()));
        node.set("data", data(event.data()));
    }

    private static ObjectNode data(EventData data) {
        ObjectNode node = MAPPER.createObjectNode();
        data.fields().forEach((name, value) -> {
            if (value instanceof Boolean flag) {
                node.put(name, flag);
            } else if (value instanceof Long number) {
                node.put(name, number);
            } else {
                node.put(name, value.toString());
            }
        });
        return node;
    }

    private static void certificate(ObjectNode node, CertificateFacts certificate) {
        file(node, certificate.file());
        node.put("subject", certificate.subject());
        node.put("issuer", certificate.issuer());
        node.put("serial", certificate.serial());
        node.put("not_before", time(certificate.notBefore()));
        node.put("not_after", time(certificate.notAfter()));
        node.put("certificate_sha256", certificate.sha256());
        node.put("key_sha256", certificate.keySha256());
    }

    private static void texts(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
