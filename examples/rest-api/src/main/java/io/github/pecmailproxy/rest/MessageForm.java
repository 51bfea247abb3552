package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.pec.ReceiptFormat;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A message as {@code POST /commands/add-messages} takes it. */
final class MessageForm {
    private static final Set<String> FIELDS = Set.of(
            "id",
            "tenant_id",
            "account_id",
            "from",
            "to",
            "cc",
            "bcc",
            "reply_to",
            "return_path",
            "subject",
            "body",
            "content_type",
            "html",
            "headers",
            "priority",
            "deferred_ts",
            "batch_code",
            "receipt_format",
            "attachments");
    private static final Set<String> ATTACHMENT_FIELDS =
            Set.of("filename", "content", "mime_type", "content_id", "fetch_mode");
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
    private static final String BASE64 = "base64";

    private final long largestAttachment;

    MessageForm(long largestAttachment) {
        this.largestAttachment = largestAttachment;
    }

    /**
     * Reads a message.
     *
     * @param fields its fields
     * @param tenant whose it is, decided by who asks and by the account
     * @param otherwise the priority of a message that names none, null for the engine's default
     * @throws InvalidValueException naming the field that is wrong
     */
    OutgoingMessage read(JsonFields fields, String tenant, @Nullable Priority otherwise) {
        fields.only(FIELDS);
        OutgoingMessage.Builder message = OutgoingMessage.builder()
                .tenant(tenant)
                .id(fields.requiredText("id"))
                .account(fields.requiredText("account_id"))
                .from(fields.requiredText("from"))
                .to(fields.texts("to").toArray(String[]::new))
                .cc(fields.texts("cc").toArray(String[]::new))
                .bcc(fields.texts("bcc").toArray(String[]::new))
                .replyTo(fields.texts("reply_to").toArray(String[]::new));
        given(fields.text("subject"), message::subject);
        given(fields.text("return_path"), message::returnPath);
        given(fields.text("batch_code"), message::batchCode);
        readBody(fields, message);
        fields.map("headers").forEach(message::header);
        Priority priority = priority(fields, "priority");
        given(priority == null ? otherwise : priority, message::priority);
        given(fields.number("deferred_ts"), seconds -> message.deferUntil(instant("deferred_ts", seconds)));
        given(
                fields.text("receipt_format"),
                format -> message.receiptFormat(ReceiptFormat.fromWireName(format)
                        .orElseThrow(() -> new InvalidValueException(
                                "receipt_format", "is unknown: " + InvalidValueException.quote(format)))));
        List<JsonFields> attachments = fields.objects("attachments");
        for (int i = 0; i < attachments.size(); i++) {
            message.attach(attachment("attachments[" + i + "].", attachments.get(i)));
        }
        return message.build();
    }

    /** {@code body} is plain text, or HTML if {@code content_type} says so; {@code html} beside a plain one is its alternative. */
    private static void readBody(JsonFields fields, OutgoingMessage.Builder message) {
        String body = fields.text("body");
        String type = fields.text("content_type");
        boolean html = "html".equals(type) || "text/html".equals(type);
        if (type != null && !html && !type.equals("plain") && !type.equals("text/plain")) {
            throw new InvalidValueException("content_type", "is neither plain nor html");
        }
        given(body, html ? message::html : message::text);
        if (html && fields.text("html") != null) {
            throw new InvalidValueException("html", "is given twice: content_type says that body is HTML already");
        }
        given(fields.text("html"), message::html);
    }

    private Attachment attachment(String path, JsonFields fields) {
        fields.only(ATTACHMENT_FIELDS);
        String mode = fields.text("fetch_mode");
        if (mode != null && !mode.equals(BASE64)) {
            // A path or an address that came from outside is never opened.
            throw new InvalidValueException(path + "fetch_mode", "must be base64, the content itself");
        }
        byte[] content;
        try {
            content = Base64.getDecoder()
                    .decode(WHITE_SPACE.matcher(fields.requiredText("content")).replaceAll(""));
        } catch (IllegalArgumentException malformed) {
            throw new InvalidValueException(path + "content", "is not base64");
        }
        if (content.length > largestAttachment) {
            throw new InvalidValueException(
                    path + "content", "is " + content.length + " bytes, allowed are " + largestAttachment);
        }
        String type = fields.text("mime_type");
        try {
            Attachment attachment = Attachment.of(
                    fields.requiredText("filename"), type == null ? "application/octet-stream" : type, content);
            String contentId = fields.text("content_id");
            return contentId == null ? attachment : attachment.inline(contentId);
        } catch (InvalidValueException invalid) {
            throw new InvalidValueException(
                    invalid.field()
                            .replace("attachment.fileName", path + "filename")
                            .replace("attachment.contentType", path + "mime_type")
                            .replace("attachment.contentId", path + "content_id"),
                    invalid.problem());
        }
    }

    /** Reads a priority, as 0 to 3 or by its name. */
    static @Nullable Priority priority(JsonFields fields, String name) {
        if (fields.isText(name)) {
            String text = fields.requiredText(name);
            for (Priority priority : Priority.values()) {
                if (priority.name().equalsIgnoreCase(text)) {
                    return priority;
                }
            }
            throw new InvalidValueException(name, "is unknown: " + InvalidValueException.quote(text));
        }
        Long level = fields.number(name);
        if (level != null && (level < 0 || level >= Priority.values().length)) {
            throw new InvalidValueException(name, "is " + level + ", allowed is 0 to 3");
        }
        return level == null ? null : Priority.ofLevel(level.intValue());
    }

    static Instant instant(String name, long seconds) {
        try {
            return Instant.ofEpochSecond(seconds);
        } catch (DateTimeException beyond) {
            throw new InvalidValueException(name, "is not a time in seconds");
        }
    }

    private static <T> void given(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }
}
