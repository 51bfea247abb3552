package io.github.pecmailproxy.internal.lifecycle;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses as parameters of SMTP commands write them (RFC 3461 section 4). Stateless and thread-safe. */
final class Xtext {
    private static final Pattern HEXCHAR = Pattern.compile("\\+([0-9A-F]{2})");

    private Xtext() {}

    /** Returns the text with every {@code +} and two hexadecimal digits replaced by the character they stand for. */
    static String decode(String text) {
        return HEXCHAR.matcher(text)
                .replaceAll(match ->
                        Matcher.quoteReplacement(String.valueOf((char) HexFormat.fromHexDigits(match.group(1)))));
    }
}
