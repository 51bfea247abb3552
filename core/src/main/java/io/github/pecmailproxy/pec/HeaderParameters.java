package io.github.pecmailproxy.pec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A structured header value: {@code value; name=value; ...} as in {@code Content-Type} and {@code Content-Disposition}, with
 * quoting (RFC 2045 section 5.1), continuations and charsets (RFC 2231) and the encoded words that do not belong there but
 * are used. Repeated parameters are all kept: who looks for a name must see every one of them.
 */
final class HeaderParameters {
    private static final int MAX_PARAMETERS = 64;

    private final String value;
    private final List<String> names = new ArrayList<>(4);
    private final List<String> values = new ArrayList<>(4);

    private HeaderParameters(String value) {
        this.value = value;
    }

    /** Parses a value; null is an absent header. */
    static HeaderParameters of(@Nullable String header) {
        if (header == null) {
            return new HeaderParameters("");
        }
        int semicolon = header.indexOf(';');
        String value = semicolon < 0 ? header : header.substring(0, semicolon);
        int comment = value.indexOf('(');
        HeaderParameters parsed = new HeaderParameters(
                HeaderSection.lowerCase((comment < 0 ? value : value.substring(0, comment)).trim()));
        if (semicolon >= 0) {
            parsed.readParameters(header, semicolon + 1);
        }
        return parsed;
    }

    /** The value before the parameters, in lower case; empty when the header is absent. */
    String value() {
        return value;
    }

    /** The first parameter of a name, or null. */
    @Nullable
    String first(String name) {
        int index = names.indexOf(name);
        return index < 0 ? null : values.get(index);
    }

    /** Whether a parameter occurs with more than one value. */
    boolean isAmbiguous(String name) {
        @Nullable String first = null;
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equals(name)) {
                if (first != null && !first.equals(values.get(i))) {
                    return true;
                }
                first = values.get(i);
            }
        }
        return false;
    }

    /** Whether any parameter of a name has a value, without case. */
    boolean has(String name, String wanted) {
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equals(name) && values.get(i).trim().equalsIgnoreCase(wanted)) {
                return true;
            }
        }
        return false;
    }

    private void readParameters(String header, int from) {
        @Nullable SortedMap<String, SortedMap<Integer, String>> continued = null;
        int length = header.length();
        int i = from;
        while (i < length && names.size() < MAX_PARAMETERS) {
            char c = header.charAt(i);
            if (c == ';' || c <= ' ') {
                i++;
                continue;
            }
            int nameStart = i;
            while (i < length && header.charAt(i) != '=' && header.charAt(i) != ';') {
                i++;
            }
            String name = HeaderSection.lowerCase(header.substring(nameStart, i).trim());
            if (i == length || header.charAt(i) == ';') {
                continue;
            }
            i++;
            while (i < length && header.charAt(i) <= ' ') {
                i++;
            }
            String text;
            if (i < length && header.charAt(i) == '"') {
                StringBuilder quoted = new StringBuilder();
                i++;
                while (i < length && header.charAt(i) != '"') {
                    if (header.charAt(i) == '\\' && i + 1 < length) {
                        i++;
                    }
                    quoted.append(header.charAt(i++));
                }
                text = quoted.toString();
                while (i < length && header.charAt(i) != ';') {
                    i++;
                }
            } else {
                int valueStart = i;
                while (i < length && header.charAt(i) != ';') {
                    i++;
                }
                text = header.substring(valueStart, i).trim();
            }
            int star = name.indexOf('*');
            if (star < 0) {
                names.add(name);
                values.add(HeaderText.decodeWords(text));
            } else if (star == name.length() - 1) {
                names.add(name.substring(0, star));
                values.add(extended(text));
            } else {
                if (continued == null) {
                    continued = new TreeMap<>();
                }
                addSection(continued, name, star, text);
            }
        }
        if (continued != null) {
            join(continued);
        }
    }

    /** Files a section such as {@code name*1} or {@code name*1*}; the charset mark travels as a prefix of the text. */
    private static void addSection(
            SortedMap<String, SortedMap<Integer, String>> continued, String name, int star, String text) {
        boolean encoded = name.endsWith("*");
        String number = name.substring(star + 1, encoded ? name.length() - 1 : name.length());
        if (number.isEmpty() || number.length() > 3 || !number.chars().allMatch(d -> d >= '0' && d <= '9')) {
            return;
        }
        SortedMap<Integer, String> sections =
                continued.computeIfAbsent(name.substring(0, star), absent -> new TreeMap<>());
        if (sections.size() < MAX_PARAMETERS) {
            sections.putIfAbsent(Integer.parseInt(number), (encoded ? "*" : "=") + text);
        }
    }

    private void join(SortedMap<String, SortedMap<Integer, String>> continued) {
        continued.forEach((name, sections) -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            Charset charset = StandardCharsets.UTF_8;
            boolean first = true;
            for (String section : sections.values()) {
                String text = section.substring(1);
                if (section.charAt(0) == '*') {
                    int quote = first ? text.indexOf('\'') : -1;
                    int second = quote < 0 ? -1 : text.indexOf('\'', quote + 1);
                    if (second >= 0) {
                        Charset named = HeaderText.charset(text.substring(0, quote));
                        charset = named == null ? charset : named;
                        text = text.substring(second + 1);
                    }
                    bytes.writeBytes(percentDecoded(text));
                } else {
                    bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
                }
                first = false;
            }
            names.add(name);
            values.add(bytes.toString(charset));
        });
    }

    private static String extended(String text) {
        int quote = text.indexOf('\'');
        int second = quote < 0 ? -1 : text.indexOf('\'', quote + 1);
        if (second < 0) {
            return text;
        }
        Charset charset = HeaderText.charset(text.substring(0, quote));
        return new String(
                percentDecoded(text.substring(second + 1)), charset == null ? StandardCharsets.UTF_8 : charset);
    }

    private static byte[] percentDecoded(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (low >= 0) {
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }
}
