package io.github.pecmailproxy.pec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Turns the bytes of header values into text, leniently: what cannot be decoded is replaced (facts 6.29). */
final class HeaderText {
    /** RFC 2047 allows 75 characters; some writers put a whole subject into one word. */
    private static final int MAX_WORD_LENGTH = 4_000;

    private HeaderText() {}

    /** Unfolds and trims the value in [from, to). */
    static String unfold(byte[] bytes, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        while (end > start && isBlank(bytes[end - 1])) {
            end--;
        }
        boolean plain = true;
        boolean folded = false;
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            plain &= b >= 0;
            folded |= b == '\n' || b == '\r';
        }
        if (!folded) {
            return plain
                    ? new String(bytes, start, end - start, StandardCharsets.ISO_8859_1)
                    : decode(bytes, start, end - start);
        }
        byte[] unfolded = new byte[end - start];
        int length = 0;
        for (int i = start; i < end; i++) {
            if (bytes[i] != '\n' && bytes[i] != '\r') {
                unfolded[length++] = bytes[i];
            }
        }
        return decode(unfolded, 0, length);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }

    /** Raw 8 bit bytes are UTF-8 (RFC 6532) or else taken for ISO 8859-1, the charset of most old Italian mail. */
    private static String decode(byte[] bytes, int offset, int length) {
        String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        return text.indexOf('\ufffd') < 0 ? text : new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    /** Finds a charset by the name it has on the wire, or null. */
    static @Nullable Charset charset(String name) {
        try {
            return Charset.forName(name.trim());
        } catch (IllegalArgumentException unknown) {
            return null;
        }
    }

    /** Decodes the encoded words of a value (RFC 2047); what is none, or is in an unknown charset, stays as it is. */
    static String decodeWords(String value) {
        int next = value.indexOf("=?");
        if (next < 0) {
            return value;
        }
        StringBuilder text = new StringBuilder(value.length());
        ByteArrayOutputStream pending = new ByteArrayOutputStream();
        Charset pendingCharset = StandardCharsets.UTF_8;
        int done = 0;
        boolean afterWord = false;
        while (next >= 0) {
            int limit = Math.min(value.length(), next + MAX_WORD_LENGTH);
            int charsetEnd = indexOf(value, next + 2, limit, '?', '\0');
            int encodingEnd = charsetEnd < 0 ? -1 : indexOf(value, charsetEnd + 1, limit, '?', '\0');
            int wordEnd = encodingEnd < 0 ? -1 : indexOf(value, encodingEnd + 1, limit, '?', '=');
            byte @Nullable [] decoded = null;
            @Nullable Charset charset = null;
            if (wordEnd > 0) {
                String name = value.substring(next + 2, charsetEnd);
                int language = name.indexOf('*');
                charset = charset(language < 0 ? name : name.substring(0, language));
                decoded = word(value.substring(charsetEnd + 1, encodingEnd), value, encodingEnd + 1, wordEnd);
            }
            if (decoded == null || charset == null) {
                next = value.indexOf("=?", next + 2);
                continue;
            }
            // Blanks between two encoded words are not part of the text (RFC 2047 section 6.2).
            boolean adjacent = afterWord && value.substring(done, next).isBlank();
            if (!adjacent || !charset.equals(pendingCharset)) {
                text.append(pending.toString(pendingCharset));
                pending.reset();
            }
            if (!adjacent) {
                text.append(value, done, next);
            }
            // Words of one charset are joined before decoding: some writers split them inside a character.
            pending.writeBytes(decoded);
            pendingCharset = charset;
            done = wordEnd + 2;
            afterWord = true;
            next = value.indexOf("=?", done);
        }
        return text.append(pending.toString(pendingCharset))
                .append(value, done, value.length())
                .toString();
    }

    /** Finds a character, followed by another one unless that is NUL, before a limit: a search to the end would be quadratic. */
    private static int indexOf(String value, int from, int limit, char wanted, char follower) {
        for (int i = from; i < limit; i++) {
            if (value.charAt(i) == wanted && (follower == '\0' || (i + 1 < limit && value.charAt(i + 1) == follower))) {
                return i;
            }
        }
        return -1;
    }

    private static byte @Nullable [] word(String encoding, String value, int from, int to) {
        byte[] encoded = value.substring(from, to).getBytes(StandardCharsets.ISO_8859_1);
        return switch (encoding) {
            case "B", "b" -> TransferEncoding.base64(encoded, 0, encoded.length).bytes();
            case "Q", "q" -> quoted(encoded);
            default -> null;
        };
    }

    private static byte[] quoted(byte[] encoded) {
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] == '_') {
                encoded[i] = ' ';
            }
        }
        return TransferEncoding.quotedPrintable(encoded, 0, encoded.length, false)
                .bytes();
    }
}
