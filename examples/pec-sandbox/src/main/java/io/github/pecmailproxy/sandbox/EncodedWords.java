package io.github.pecmailproxy.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the encoded words of RFC 2047; what cannot be decoded is left as it stands. */
final class EncodedWords {
    private static final Pattern WORD = Pattern.compile("=\\?([^?*]+)(?:\\*[^?]*)?\\?([bBqQ])\\?([^?]*)\\?=");

    private EncodedWords() {}

    static String decode(String text) {
        if (!text.contains("=?")) {
            return text;
        }
        Matcher matcher = WORD.matcher(text);
        StringBuilder out = new StringBuilder();
        int position = 0;
        boolean afterWord = false;
        while (matcher.find()) {
            String between = text.substring(position, matcher.start());
            // RFC 2047 section 6.2: white space between two adjacent encoded words is not shown
            if (!(afterWord && between.isBlank())) {
                out.append(between);
            }
            out.append(decodeWord(matcher.group(1), matcher.group(2), matcher.group(3), matcher.group()));
            position = matcher.end();
            afterWord = true;
        }
        return out.append(text.substring(position)).toString();
    }

    private static String decodeWord(String charset, String encoding, String content, String asWritten) {
        try {
            byte[] bytes = encoding.toUpperCase(Locale.ROOT).equals("B")
                    ? Base64.getMimeDecoder().decode(content)
                    : decodeQ(content);
            return new String(bytes, Charset.forName(charset));
        } catch (IllegalArgumentException undecodable) {
            return asWritten;
        }
    }

    private static byte[] decodeQ(String content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] text = content.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '_') {
                bytes.write(' ');
            } else if (text[i] == '=' && i + 2 < text.length) {
                bytes.write(Integer.parseInt(content.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(text[i]);
            }
        }
        return bytes.toByteArray();
    }
}
