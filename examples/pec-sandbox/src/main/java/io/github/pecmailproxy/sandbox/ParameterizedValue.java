package io.github.pecmailproxy.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A header value with parameters, such as {@code Content-Type} (RFC 2045 section 5.1) or {@code Content-Disposition}
 * (RFC 2183), read leniently.
 *
 * @param value the part before the first semicolon, lower case
 * @param parameters the parameters by lower-case name, undecoded, the first of each name
 */
record ParameterizedValue(String value, Map<String, String> parameters) {
    static ParameterizedValue parse(String text) {
        int semicolon = text.indexOf(';');
        String value =
                (semicolon < 0 ? text : text.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
        Map<String, String> parameters = new LinkedHashMap<>();
        int position = semicolon < 0 ? text.length() : semicolon + 1;
        while (position < text.length()) {
            int equals = text.indexOf('=', position);
            if (equals < 0) {
                break;
            }
            String name = text.substring(position, equals).trim().toLowerCase(Locale.ROOT);
            StringBuilder content = new StringBuilder();
            int next = equals + 1;
            while (next < text.length() && (text.charAt(next) == ' ' || text.charAt(next) == '\t')) {
                next++;
            }
            if (next < text.length() && text.charAt(next) == '"') {
                next++;
                while (next < text.length() && text.charAt(next) != '"') {
                    if (text.charAt(next) == '\\' && next + 1 < text.length()) {
                        next++;
                    }
                    content.append(text.charAt(next++));
                }
                next = text.indexOf(';', Math.min(next, text.length()));
            } else {
                int end = text.indexOf(';', next);
                content.append(text, next, end < 0 ? text.length() : end);
                next = end;
            }
            parameters.putIfAbsent(name, content.toString().trim());
            position = next < 0 ? text.length() : next + 1;
        }
        return new ParameterizedValue(value, parameters);
    }

    /** The parameter with RFC 2231 continuations and charsets, or RFC 2047 words, undone. */
    Optional<String> decoded(String name) {
        String plain = parameters.get(name);
        if (plain != null) {
            return Optional.of(EncodedWords.decode(plain));
        }
        String extended = parameters.get(name + "*");
        if (extended != null) {
            return Optional.of(decodeExtended(extended));
        }
        StringBuilder joined = new StringBuilder();
        boolean encoded = false;
        for (int index = 0; ; index++) {
            String piece = parameters.get(name + "*" + index);
            String encodedPiece = parameters.get(name + "*" + index + "*");
            if (piece == null && encodedPiece == null) {
                break;
            }
            encoded |= encodedPiece != null;
            joined.append(encodedPiece != null ? encodedPiece : piece);
        }
        if (joined.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(encoded ? decodeExtended(joined.toString()) : joined.toString());
    }

    private static String decodeExtended(String text) {
        String[] pieces = text.split("'", 3);
        String encoded = pieces[pieces.length - 1];
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%' && i + 2 < encoded.length() && isHex(encoded.charAt(i + 1)) && isHex(encoded.charAt(i + 2))) {
                bytes.write(Integer.parseInt(encoded.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(pieces.length == 3 ? charset(pieces[0]) : StandardCharsets.UTF_8);
    }

    private static boolean isHex(char c) {
        return Character.digit(c, 16) >= 0;
    }

    private static Charset charset(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return StandardCharsets.UTF_8;
        }
    }
}
