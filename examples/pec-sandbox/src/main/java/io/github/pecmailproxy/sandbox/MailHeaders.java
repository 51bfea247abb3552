package io.github.pecmailproxy.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The header section of one mail or MIME part, in order and byte for byte. Immutable and thread-safe.
 *
 * <p>Text is held as ISO-8859-1, one character a byte, so that whatever came in can go out unchanged.
 */
final class MailHeaders {
    /** One field as written: its name, and the whole of its lines with folding but without the last line end. */
    record Field(String name, String lines) {
        /** The value without folding and surrounding blanks, its bytes read as UTF-8 where they are valid UTF-8. */
        String value() {
            String unfolded = lines.substring(Math.min(lines.length(), lines.indexOf(':') + 1))
                    .replace("\r\n", "")
                    .replace("\n", "");
            return utf8OrLatin1(unfolded.trim());
        }
    }

    private final List<Field> fields;
    private final int bodyOffset;

    private MailHeaders(List<Field> fields, int bodyOffset) {
        this.fields = List.copyOf(fields);
        this.bodyOffset = bodyOffset;
    }

    static MailHeaders parse(byte[] mail) {
        return parse(mail, 0, mail.length);
    }

    /** Reads the header section that begins at {@code start}; a line without a colon ends it, as RFC 5322 has no such line. */
    static MailHeaders parse(byte[] mail, int start, int end) {
        List<Field> fields = new ArrayList<>();
        int position = start;
        while (position < end) {
            int lineEnd = lineEnd(mail, position, end);
            int next = afterLineEnd(mail, lineEnd, end);
            if (lineEnd == position) {
                return new MailHeaders(fields, next);
            }
            int fieldEnd = lineEnd;
            while (next < end && (mail[next] == ' ' || mail[next] == '\t')) {
                fieldEnd = lineEnd(mail, next, end);
                next = afterLineEnd(mail, fieldEnd, end);
            }
            String lines = new String(mail, position, fieldEnd - position, StandardCharsets.ISO_8859_1);
            int colon = lines.indexOf(':');
            if (colon <= 0) {
                return new MailHeaders(fields, position);
            }
            fields.add(new Field(lines.substring(0, colon).trim(), lines));
            position = next;
        }
        return new MailHeaders(fields, end);
    }

    /** Where the body begins, as an offset into the bytes that were parsed. */
    int bodyOffset() {
        return bodyOffset;
    }

    List<Field> fields() {
        return fields;
    }

    Optional<String> first(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .findFirst();
    }

    List<String> all(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    boolean has(String name) {
        return fields.stream().anyMatch(field -> field.name().equalsIgnoreCase(name));
    }

    /** Writes the fields, each ended by CRLF, without the blank line that ends the section. */
    static void write(List<Field> fields, ByteArrayOutputStream out) {
        for (Field field : fields) {
            out.writeBytes(field.lines().getBytes(StandardCharsets.ISO_8859_1));
            out.writeBytes(new byte[] {'\r', '\n'});
        }
    }

    /** Creates a field from text; characters beyond ASCII are written as UTF-8. */
    static Field field(String name, String value) {
        byte[] line = (name + ": " + value).getBytes(StandardCharsets.UTF_8);
        return new Field(name, new String(line, StandardCharsets.ISO_8859_1));
    }

    static boolean isNamed(Field field, String... names) {
        String lower = field.name().toLowerCase(Locale.ROOT);
        for (String name : names) {
            if (name.toLowerCase(Locale.ROOT).equals(lower)) {
                return true;
            }
        }
        return false;
    }

    private static String utf8OrLatin1(String latin1) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(latin1.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return latin1;
        }
    }

    private static int lineEnd(byte[] mail, int from, int end) {
        int position = from;
        while (position < end && mail[position] != '\n') {
            position++;
        }
        return position > from && position < end && mail[position - 1] == '\r' ? position - 1 : position;
    }

    private static int afterLineEnd(byte[] mail, int lineEnd, int end) {
        int position = lineEnd;
        if (position < end && mail[position] == '\r') {
            position++;
        }
        if (position < end && mail[position] == '\n') {
            position++;
        }
        return position;
    }
}
