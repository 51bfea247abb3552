package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One node of a mail's MIME tree, as offsets into the mail's bytes. Immutable; shares the bytes, never changes them.
 *
 * @param mail the bytes of the whole mail
 * @param start where the node's header section begins
 * @param bodyStart where its body begins
 * @param end where its body ends, without the line end that belongs to a following boundary
 * @param headers its header section
 * @param contentType its type, {@code text/plain} when it names none
 * @param children the parts of a multipart, or the one mail inside a {@code message/rfc822}
 */
record MimePart(
        byte[] mail,
        int start,
        int bodyStart,
        int end,
        MailHeaders headers,
        ParameterizedValue contentType,
        List<MimePart> children) {
    /** Deeper nesting is read as opaque content, so that a hostile mail cannot exhaust the stack. */
    private static final int MAXIMUM_DEPTH = 40;

    static MimePart parse(byte[] mail) {
        return parse(mail, 0, mail.length, "text/plain", 0);
    }

    boolean isMultipart() {
        return contentType.value().startsWith("multipart/") && !children.isEmpty();
    }

    boolean isMessage() {
        return contentType.value().equals("message/rfc822") && !children.isEmpty();
    }

    String type() {
        int slash = contentType.value().indexOf('/');
        return slash < 0 ? "text" : contentType.value().substring(0, slash);
    }

    String subtype() {
        int slash = contentType.value().indexOf('/');
        return slash < 0 ? "plain" : contentType.value().substring(slash + 1);
    }

    String transferEncoding() {
        return headers.first("Content-Transfer-Encoding").orElse("7bit").toLowerCase(Locale.ROOT);
    }

    Optional<ParameterizedValue> disposition() {
        return headers.first("Content-Disposition").map(ParameterizedValue::parse);
    }

    /** The file name from either place a client may put it (RFC 2183 section 2.3, RFC 2045 {@code name}). */
    Optional<String> fileName() {
        return disposition().flatMap(d -> d.decoded("filename")).or(() -> contentType.decoded("name"));
    }

    /** The content with its transfer encoding removed; content that is not valid in its encoding yields what can be read. */
    byte[] decodedBody() {
        byte[] body = java.util.Arrays.copyOfRange(mail, bodyStart, end);
        return switch (transferEncoding()) {
            case "base64" -> decodeBase64(body);
            case "quoted-printable" -> TransferEncodings.decodeQuotedPrintable(body);
            default -> body;
        };
    }

    private static byte[] decodeBase64(byte[] body) {
        try {
            return Base64.getMimeDecoder().decode(body);
        } catch (IllegalArgumentException malformed) {
            return body;
        }
    }

    private static MimePart parse(byte[] mail, int start, int end, String defaultType, int depth) {
        MailHeaders headers = MailHeaders.parse(mail, start, end);
        int bodyStart = Math.min(headers.bodyOffset(), end);
        ParameterizedValue type =
                ParameterizedValue.parse(headers.first("Content-Type").orElse(defaultType));
        List<MimePart> children = new ArrayList<>();
        if (depth < MAXIMUM_DEPTH) {
            String boundary = type.parameters().get("boundary");
            if (type.value().startsWith("multipart/") && boundary != null && !boundary.isEmpty()) {
                String inner = type.value().equals("multipart/digest") ? "message/rfc822" : "text/plain";
                for (int[] range : split(mail, bodyStart, end, boundary)) {
                    children.add(parse(mail, range[0], range[1], inner, depth + 1));
                }
            } else if (type.value().equals("message/rfc822")) {
                children.add(parse(mail, bodyStart, end, "text/plain", depth + 1));
            }
        }
        return new MimePart(mail, start, bodyStart, end, headers, type, List.copyOf(children));
    }

    private static List<int[]> split(byte[] mail, int from, int to, String boundary) {
        byte[] delimiter = ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        List<int[]> ranges = new ArrayList<>();
        int partStart = -1;
        int lineStart = from;
        while (lineStart < to) {
            int lineEnd = lineStart;
            while (lineEnd < to && mail[lineEnd] != '\n') {
                lineEnd++;
            }
            int next = Math.min(lineEnd + 1, to);
            if (isDelimiter(mail, lineStart, lineEnd, delimiter)) {
                if (partStart >= 0) {
                    int partEnd = lineStart;
                    // RFC 2046 section 5.1.1: the line end before the delimiter belongs to the delimiter
                    if (partEnd > partStart && mail[partEnd - 1] == '\n') {
                        partEnd--;
                        if (partEnd > partStart && mail[partEnd - 1] == '\r') {
                            partEnd--;
                        }
                    }
                    ranges.add(new int[] {partStart, partEnd});
                }
                if (isClosing(mail, lineStart + delimiter.length, lineEnd)) {
                    return ranges;
                }
                partStart = next;
            }
            lineStart = next;
        }
        if (partStart >= 0 && partStart < to) {
            ranges.add(new int[] {partStart, to});
        }
        return ranges;
    }

    private static boolean isDelimiter(byte[] mail, int lineStart, int lineEnd, byte[] delimiter) {
        if (lineEnd - lineStart < delimiter.length) {
            return false;
        }
        for (int i = 0; i < delimiter.length; i++) {
            if (mail[lineStart + i] != delimiter[i]) {
                return false;
            }
        }
        for (int i = lineStart + delimiter.length; i < lineEnd; i++) {
            if (mail[i] != ' ' && mail[i] != '\t' && mail[i] != '\r' && mail[i] != '-') {
                return false;
            }
        }
        int rest = lineStart + delimiter.length;
        return rest >= lineEnd || mail[rest] != '-' || isClosing(mail, rest, lineEnd);
    }

    private static boolean isClosing(byte[] mail, int from, int lineEnd) {
        return from + 1 < lineEnd && mail[from] == '-' && mail[from + 1] == '-';
    }
}
