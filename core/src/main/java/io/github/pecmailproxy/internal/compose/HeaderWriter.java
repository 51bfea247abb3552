package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.message.MailAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes header fields: folded, in ASCII, any Unicode encoded (RFC 2047, RFC 2231). Values are expected without control characters.
 * Not thread-safe.
 */
final class HeaderWriter {
    /** RFC 5322 section 2.1.1: a line should not be longer. */
    private static final int PREFERRED_LINE = 78;

    /** RFC 2047 section 2: a line with an encoded word must not be longer. */
    private static final int ENCODED_LINE = 76;

    private static final int ENCODED_WORD = 75;
    private static final String WORD_START = "=?UTF-8?B?";
    private static final String WORD_END = "?=";
    private static final int WORD_FRAME = WORD_START.length() + WORD_END.length();
    private static final int SHORTEST_USEFUL = 24;
    private static final int LONGEST_QUOTED_NAME = 60;

    /** Far enough below the 998 of RFC 5322 section 2.1.1 for a name before it and a separator after it. */
    private static final int LONGEST_WORD = 900;

    private static final int PARAMETER_SEGMENT = 60;
    private static final String ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~";
    private static final String PARAMETER_SPECIALS = "!#$&+-.^_`{|}~";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private final OutputStream out;
    private final StringBuilder line = new StringBuilder(160);
    private int column;

    HeaderWriter(OutputStream out) {
        this.out = out;
    }

    /** Writes a field whose value is ASCII and has a syntax of its own: it is folded at blanks and not otherwise changed. */
    void structured(String name, String value) throws IOException {
        begin(name);
        appendWords(value);
        end();
    }

    /** Writes a field whose value is text for people. */
    void unstructured(String name, String value) throws IOException {
        begin(name);
        if (isPlain(value)) {
            appendWords(value);
        } else {
            appendEncoded(value);
        }
        end();
    }

    /** Writes a field that lists mailboxes. */
    void addresses(String name, List<MailAddress> addresses) throws IOException {
        begin(name);
        for (int i = 0; i < addresses.size(); i++) {
            String separator = i + 1 < addresses.size() ? "," : "";
            MailAddress address = addresses.get(i);
            if (address.name() == null) {
                append(" " + address.address() + separator);
            } else {
                appendPhrase(address.name());
                append(" <" + address.address() + ">" + separator);
            }
        }
        end();
    }

    /**
     * Writes a field with parameters (RFC 2045 section 5.1).
     *
     * @param parameters names and values in turn
     */
    void parameterised(String name, String value, String... parameters) throws IOException {
        begin(name);
        List<String> tokens = new ArrayList<>();
        tokens.add(" " + value);
        for (int i = 0; i < parameters.length; i += 2) {
            addParameter(tokens, parameters[i], parameters[i + 1]);
        }
        for (int i = 0; i < tokens.size(); i++) {
            append(tokens.get(i) + (i + 1 < tokens.size() ? ";" : ""));
        }
        end();
    }

    /** Ends the header. */
    void endHeader() throws IOException {
        out.write('\r');
        out.write('\n');
    }

    private void begin(String name) {
        line.setLength(0);
        line.append(name).append(':');
        column = line.length();
    }

    private void end() throws IOException {
        line.append("\r\n");
        out.write(line.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** Appends a token that begins with a blank, on a new line when it does not fit on this one. */
    private void append(String token) {
        boolean first = line.charAt(line.length() - 1) == ':';
        if (column + token.length() > PREFERRED_LINE && token.startsWith(" ") && !first) {
            line.append("\r\n");
            column = 0;
        }
        line.append(token);
        column += token.length();
    }

    private void appendWords(String value) {
        line.append(' ');
        column++;
        words(value).forEach(this::append);
    }

    /** Splits at blanks; every word but the first keeps the blanks before it, so that folding there loses nothing. */
    private static List<String> words(String value) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int i = 1; i < value.length(); i++) {
            if (value.charAt(i) == ' ' && value.charAt(i - 1) != ' ') {
                words.add(value.substring(start, i));
                start = i;
            }
        }
        words.add(value.substring(start));
        return words;
    }

    private static boolean isPlain(String value) {
        if (value.startsWith(" ") || value.endsWith(" ") || value.contains("=?")) {
            return false;
        }
        int word = 0;
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (character < ' ' || character > '~') {
                return false;
            }
            word = character == ' ' && i > 0 && value.charAt(i - 1) != ' ' ? 1 : word + 1;
            if (word > LONGEST_WORD) {
                return false;
            }
        }
        return true;
    }

    private void appendPhrase(String name) {
        if (!isPlain(name)) {
            appendEncoded(name);
        } else if (isAtoms(name)) {
            for (String word : words(name)) {
                append(word.startsWith(" ") ? word : " " + word);
            }
        } else if (name.length() <= LONGEST_QUOTED_NAME) {
            append(" \"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
        } else {
            appendEncoded(name);
        }
    }

    private static boolean isAtoms(String name) {
        for (int i = 0; i < name.length(); i++) {
            char character = name.charAt(i);
            boolean single = character == ' ' && name.charAt(i - 1) != ' ';
            if (!isAsciiLetterOrDigit(character) && ATOM_SPECIALS.indexOf(character) < 0 && !single) {
                return false;
            }
        }
        return true;
    }

    private void appendEncoded(String value) {
        int start = 0;
        while (start < value.length()) {
            if (ENCODED_LINE - column - 1 < SHORTEST_USEFUL) {
                line.append("\r\n");
                column = 0;
            }
            int room = Math.min(ENCODED_WORD, ENCODED_LINE - column - 1) - WORD_FRAME;
            int end = fitting(value, start, room / 4 * 3);
            byte[] bytes = value.substring(start, end).getBytes(StandardCharsets.UTF_8);
            String word = " " + WORD_START + Base64.getEncoder().encodeToString(bytes) + WORD_END;
            line.append(word);
            column += word.length();
            start = end;
        }
    }

    /** Finds how many whole characters from {@code start} on fit in so many bytes of UTF-8. */
    private static int fitting(String value, int start, int bytes) {
        int end = start;
        int used = 0;
        while (end < value.length()) {
            int character = value.codePointAt(end);
            used += utf8Length(character);
            if (used > bytes) {
                return end;
            }
            end += Character.charCount(character);
        }
        return end;
    }

    private static int utf8Length(int character) {
        if (character < 0x80) {
            return 1;
        }
        if (character < 0x800) {
            return 2;
        }
        return character < 0x10000 ? 3 : 4;
    }

    private static void addParameter(List<String> tokens, String name, String value) {
        if (isPlain(value)) {
            tokens.add(" " + name + "=\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
            return;
        }
        List<String> segments = percentEncoded(value);
        if (segments.size() == 1) {
            tokens.add(" " + name + "*=UTF-8''" + segments.get(0));
            return;
        }
        for (int i = 0; i < segments.size(); i++) {
            tokens.add(" " + name + "*" + i + "*=" + (i == 0 ? "UTF-8''" : "") + segments.get(i));
        }
    }

    private static List<String> percentEncoded(String value) {
        List<String> segments = new ArrayList<>();
        StringBuilder segment = new StringBuilder();
        for (int i = 0; i < value.length(); ) {
            int character = value.codePointAt(i);
            i += Character.charCount(character);
            String encoded = percentEncoded(character);
            if (segment.length() + encoded.length() > PARAMETER_SEGMENT) {
                segments.add(segment.toString());
                segment.setLength(0);
            }
            segment.append(encoded);
        }
        segments.add(segment.toString());
        return segments;
    }

    private static String percentEncoded(int character) {
        if (isAsciiLetterOrDigit(character) || PARAMETER_SPECIALS.indexOf(character) >= 0) {
            return String.valueOf((char) character);
        }
        StringBuilder encoded = new StringBuilder();
        for (byte octet : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
            encoded.append('%').append(HEX[(octet >> 4) & 0xf]).append(HEX[octet & 0xf]);
        }
        return encoded.toString();
    }

    private static boolean isAsciiLetterOrDigit(int character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9');
    }

    /** Tells whether a value can be written in a header at all: without control characters and halves of characters. */
    static @Nullable String problemOf(String value) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (Character.isISOControl(character)) {
                return "contains a control character at position " + i;
            }
            if (Character.isHighSurrogate(character)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(character)) {
                return "contains half a character (an unpaired surrogate) at position " + i;
            }
        }
        return null;
    }
}
