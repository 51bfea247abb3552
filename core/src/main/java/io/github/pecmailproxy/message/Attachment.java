package io.github.pecmailproxy.message;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file that goes with a message. Immutable; thread-safe as far as its source is. The bytes are read once, when the message
 * is enqueued.
 *
 * @param fileName the name the recipient sees, any Unicode, no path
 * @param contentType the media type, such as {@code application/pdf}
 * @param content where the bytes come from
 * @param contentId for an image that the HTML text shows by {@code cid:}, its id without angle brackets; null for an ordinary
 *     attachment
 * @since 0.1.0
 */
public record Attachment(
        String fileName,
        String contentType,
        ContentSource content,
        @Nullable String contentId) {
    private static final Pattern MEDIA_TYPE = Pattern.compile(
            "[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\\s*;\\s*[A-Za-z0-9!#$&^_.+-]+=(\"[^\"\\\\]*\"|[^\\s;\"]+))*");
    private static final Pattern CONTENT_ID = Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]+");
    private static final int LONGEST_NAME = 255;

    /** Checks the name, the type and the content id. */
    public Attachment {
        FieldCheck.identifier("attachment.fileName", fileName, LONGEST_NAME);
        if (fileName.contains("/") || fileName.contains("\\")) {
            throw new InvalidValueException(
                    "attachment.fileName", "contains a path: " + InvalidValueException.quote(fileName));
        }
        FieldCheck.singleLine("attachment.contentType", contentType);
        if (!MEDIA_TYPE.matcher(contentType).matches()) {
            throw new InvalidValueException(
                    "attachment.contentType", "is not a media type: " + InvalidValueException.quote(contentType));
        }
        FieldCheck.required("attachment.content", content);
        if (contentId != null && !CONTENT_ID.matcher(contentId).matches()) {
            throw new InvalidValueException(
                    "attachment.contentId", "is not a content id: " + InvalidValueException.quote(contentId));
        }
    }

    /**
     * Attaches bytes that are in memory. The array is copied.
     *
     * @param fileName the name the recipient sees
     * @param contentType the media type
     * @param content the bytes
     * @return the attachment, never null
     * @throws InvalidValueException if the name or the type is not valid
     */
    public static Attachment of(String fileName, String contentType, byte[] content) {
        byte[] copy = FieldCheck.required("attachment.content", content).clone();
        return new Attachment(fileName, contentType, () -> new ByteArrayInputStream(copy), null);
    }

    /**
     * Attaches a file of the host, under its own name.
     *
     * @param file the file, read when the message is enqueued
     * @param contentType the media type
     * @return the attachment, never null
     * @throws InvalidValueException if the name or the type is not valid, or the file is not readable now
     */
    public static Attachment of(Path file, String contentType) {
        Path name = FieldCheck.required("attachment.file", file).getFileName();
        if (name == null || !Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new InvalidValueException("attachment.file", "is not a readable file: " + file);
        }
        return new Attachment(name.toString(), contentType, () -> Files.newInputStream(file), null);
    }

    /**
     * Attaches whatever a stream supplier yields.
     *
     * @param fileName the name the recipient sees
     * @param contentType the media type
     * @param content opens the bytes
     * @return the attachment, never null
     * @throws InvalidValueException if the name or the type is not valid
     */
    public static Attachment of(String fileName, String contentType, ContentSource content) {
        return new Attachment(fileName, contentType, content, null);
    }

    /**
     * Makes this an inline part that the HTML text refers to as {@code cid:}<i>contentId</i>.
     *
     * @param id the content id without angle brackets
     * @return the inline attachment, never null
     * @throws InvalidValueException if the id is not valid
     */
    public Attachment inline(String id) {
        return new Attachment(fileName, contentType, content, FieldCheck.required("attachment.contentId", id));
    }
}
