package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.InvalidValueException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes the MIME structure of a message: texts as alternatives, inline images with the HTML text that shows them, attachments in
 * order. Everything is 7-bit. Attachments are read once, as streams. Not thread-safe.
 */
final class MimeWriter {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final int BASE64_LINE = 76;
    private static final int BUFFER = 16 * 1024;
    private static final int LONGEST_VALUE = 200;

    private final OutputStream out;
    private final HeaderWriter headers;
    private final String boundaryStem;
    private final List<String> attachmentHashes = new ArrayList<>();
    private int boundaries;

    /**
     * Creates a writer.
     *
     * @param out where the message goes, its header so far written but not ended
     * @param boundaryStem what makes the boundaries of this message unlike any text in it: not guessable, {@code [a-z0-9.]}
     */
    MimeWriter(OutputStream out, HeaderWriter headers, String boundaryStem) {
        this.out = out;
        this.headers = headers;
        this.boundaryStem = boundaryStem;
    }

    /** One attachment with its place in the message, by which errors name it. */
    record Numbered(int index, Attachment attachment) {
        String field(String part) {
            return "attachments[" + index + "]" + part;
        }
    }

    /** Writes the rest of the header and the body. */
    void write(@Nullable String text, @Nullable String html, List<Attachment> attachments) throws IOException {
        List<Numbered> inline = new ArrayList<>();
        List<Numbered> attached = new ArrayList<>();
        for (int i = 0; i < attachments.size(); i++) {
            Attachment attachment = attachments.get(i);
            (attachment.contentId() == null ? attached : inline).add(new Numbered(i, attachment));
            attachmentHashes.add("");
        }
        boolean top = attached.isEmpty();
        if (top) {
            writeTexts(text, html, inline, true);
            return;
        }
        String boundary = beginMultipart("mixed");
        if (text != null || html != null) {
            delimit(boundary);
            writeTexts(text, html, inline, false);
        }
        for (Numbered attachment : attached) {
            delimit(boundary);
            writeAttachment(attachment, "attachment");
        }
        endMultipart(boundary);
        out.write(CRLF);
    }

    /** The SHA-256 of each attachment's bytes, in order, once written. */
    List<String> attachmentHashes() {
        return attachmentHashes;
    }

    private void writeTexts(@Nullable String text, @Nullable String html, List<Numbered> inline, boolean top)
            throws IOException {
        if (html == null) {
            writeText("text/plain", text == null ? "" : text, top);
        } else if (text == null) {
            writeHtml(html, inline, top);
        } else {
            String boundary = beginMultipart("alternative");
            delimit(boundary);
            writeText("text/plain", text, false);
            delimit(boundary);
            writeHtml(html, inline, false);
            endMultipart(boundary);
            if (top) {
                out.write(CRLF);
            }
        }
    }

    private void writeHtml(String html, List<Numbered> inline, boolean top) throws IOException {
        if (inline.isEmpty()) {
            writeText("text/html", html, top);
            return;
        }
        String boundary = beginMultipart("related", "type", "text/html");
        delimit(boundary);
        writeText("text/html", html, false);
        for (Numbered image : inline) {
            delimit(boundary);
            writeAttachment(image, "inline");
        }
        endMultipart(boundary);
        if (top) {
            out.write(CRLF);
        }
    }

    private void writeText(String type, String text, boolean top) throws IOException {
        TextPart part = new TextPart(text);
        headers.structured("Content-Type", type + "; charset=" + part.charset());
        headers.structured("Content-Transfer-Encoding", part.encoding());
        headers.endHeader();
        part.writeTo(out);
        if (top && !part.endsLine()) {
            out.write(CRLF);
        }
    }

    private void writeAttachment(Numbered numbered, String disposition) throws IOException {
        Attachment attachment = numbered.attachment();
        String type = attachment.contentType().strip();
        String lower = type.toLowerCase(Locale.ROOT);
        // Composite types must not be base64 (RFC 2046 sections 5.1, 5.2): an attached mail travels as a file, byte for
        // byte.
        if (lower.startsWith("message/") || lower.startsWith("multipart/")) {
            type = "application/octet-stream";
        }
        if (type.toLowerCase(Locale.ROOT).matches(".*;\\s*name\\s*=.*")) {
            headers.structured("Content-Type", type);
        } else {
            headers.parameterised("Content-Type", type, "name", attachment.fileName());
        }
        headers.structured("Content-Transfer-Encoding", "base64");
        if (attachment.contentId() != null) {
            headers.structured("Content-ID", "<" + attachment.contentId() + ">");
        }
        headers.parameterised("Content-Disposition", disposition, "filename", attachment.fileName());
        headers.endHeader();
        attachmentHashes.set(numbered.index(), writeBase64(numbered));
    }

    private String writeBase64(Numbered numbered) throws IOException {
        MessageDigest digest = Sha256.start();
        long size = 0;
        byte[] buffer = new byte[BUFFER];
        try (HostStream in = HostStream.open(
                        numbered.field(""), numbered.attachment().content());
                OutputStream encoder = Base64.getMimeEncoder(BASE64_LINE, CRLF).wrap(new Unclosed(out))) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                encoder.write(buffer, 0, count);
                size += count;
            }
        }
        return size + ":" + Sha256.hex(digest);
    }

    private String beginMultipart(String subtype, String... parameters) throws IOException {
        // "=_" occurs in no quoted-printable and no base64 text (RFC 2045 section 6.7).
        String boundary = "=_" + boundaries++ + "." + boundaryStem;
        String[] all = new String[parameters.length + 2];
        all[0] = "boundary";
        all[1] = boundary;
        System.arraycopy(parameters, 0, all, 2, parameters.length);
        headers.parameterised("Content-Type", "multipart/" + subtype, all);
        headers.endHeader();
        return boundary;
    }

    private void delimit(String boundary) throws IOException {
        out.write(("\r\n--" + boundary + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void endMultipart(String boundary) throws IOException {
        out.write(("\r\n--" + boundary + "--").getBytes(StandardCharsets.US_ASCII));
    }

    /** Checks an attachment as far as its own constructor does not. */
    static void check(int index, Attachment attachment, boolean hasHtml) {
        Numbered numbered = new Numbered(index, attachment);
        refuse(numbered.field(".fileName"), HeaderWriter.problemOf(attachment.fileName()));
        if (attachment.contentType().length() > LONGEST_VALUE
                || attachment.contentType().chars().anyMatch(character -> character > '~')) {
            throw new InvalidValueException(
                    numbered.field(".contentType"),
                    "is not a media type in ASCII of at most " + LONGEST_VALUE + " characters: "
                            + InvalidValueException.quote(attachment.contentType()));
        }
        String contentId = attachment.contentId();
        if (contentId != null && contentId.length() > LONGEST_VALUE) {
            throw new InvalidValueException(
                    numbered.field(".contentId"), "is longer than " + LONGEST_VALUE + " characters");
        }
        if (contentId != null && !hasHtml) {
            throw new InvalidValueException(
                    numbered.field(".contentId"), "is given, but there is no html that could show the part");
        }
    }

    private static void refuse(String field, @Nullable String problem) {
        if (problem != null) {
            throw new InvalidValueException(field, problem);
        }
    }

    /** Keeps the stream below open when an encoder is closed to make it write its end. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() {
            // Closed by its owner.
        }
    }
}
