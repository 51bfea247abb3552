package io.github.pecmailproxy.storage.jdbc;

/**
 * Makes every Java text fit for every database, and unequal texts unequal. PostgreSQL refuses U+0000, UTF-8 has no unpaired surrogates,
 * and Oracle takes the empty text for none: those are written as U+001A followed by what stands for them. Every other text is stored
 * as it is. Stateless and thread-safe.
 */
final class StoredText {
    private static final char ESCAPE = '\u001A';
    private static final char EMPTY = 'e';
    private static final int HEX_DIGITS = 4;

    private StoredText() {}

    static String encode(String text, boolean emptyIsNull) {
        if (text.isEmpty()) {
            return emptyIsNull ? "" + ESCAPE + EMPTY : text;
        }
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == 0 || character == ESCAPE || Character.isSurrogate(character)) {
                return escape(text, i);
            }
        }
        return text;
    }

    static String decode(String stored) {
        int escape = stored.indexOf(ESCAPE);
        if (escape < 0) {
            return stored;
        }
        StringBuilder text = new StringBuilder(stored.length());
        int from = 0;
        while (escape >= 0) {
            text.append(stored, from, escape);
            if (stored.charAt(escape + 1) == EMPTY && stored.length() == 2) {
                return "";
            }
            from = escape + 1 + HEX_DIGITS;
            text.append((char) Integer.parseInt(stored.substring(escape + 1, from), 16));
            escape = stored.indexOf(ESCAPE, from);
        }
        return text.append(stored, from, stored.length()).toString();
    }

    private static String escape(String text, int from) {
        StringBuilder stored = new StringBuilder(text.length() + 16).append(text, 0, from);
        for (int i = from; i < text.length(); i++) {
            char character = text.charAt(i);
            if (Character.isHighSurrogate(character)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                stored.append(character).append(text.charAt(++i));
            } else if (character == 0 || character == ESCAPE || Character.isSurrogate(character)) {
                stored.append(ESCAPE);
                for (int shift = 12; shift >= 0; shift -= 4) {
                    stored.append(Character.forDigit(character >> shift & 0xF, 16));
                }
            } else {
                stored.append(character);
            }
        }
        return stored.toString();
    }
}
