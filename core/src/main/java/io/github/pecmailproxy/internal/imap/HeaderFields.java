package io.github.pecmailproxy.internal.imap;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds fields in a raw header block. Goes no further than the first empty line, takes lines that end in LF alone or after CRs,
 * unfolds, and disregards case and blanks before the colon: a look to sort by, more lenient than any parser.
 */
final class HeaderFields {
    private HeaderFields() {}

    /**
     * Returns the values of a field in the order of the header.
     *
     * @param header the raw header block, one character for each byte
     * @param name the field's name
     * @return the values, unfolded and trimmed; empty when there is no such field
     */
    static List<String> values(String header, String name) {
        List<String> values = new ArrayList<>(1);
        int start = 0;
        while (start < header.length() && !isEmptyLine(header, start)) {
            int end = endOfField(header, start);
            if (hasName(header, start, end, name)) {
                values.add(unfold(header.substring(header.indexOf(':', start) + 1, end)));
            }
            start = end + 1;
        }
        return values;
    }

    /**
     * Tells whether a field is there.
     *
     * @param header the raw header block
     * @param name the field's name
     * @return true when there is at least one
     */
    static boolean contains(String header, String name) {
        int start = 0;
        while (start < header.length() && !isEmptyLine(header, start)) {
            int end = endOfField(header, start);
            if (hasName(header, start, end, name)) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }

    private static boolean hasName(String header, int start, int end, String name) {
        if (!header.regionMatches(true, start, name, 0, name.length())) {
            return false;
        }
        int position = start + name.length();
        while (position < end && isBlank(header.charAt(position))) {
            position++;
        }
        return position < end && header.charAt(position) == ':';
    }

    /** Returns where the line ends after which no continuation follows. */
    private static int endOfField(String header, int start) {
        int end = endOfLine(header, start);
        while (end + 1 < header.length() && isBlank(header.charAt(end + 1))) {
            end = endOfLine(header, end + 1);
        }
        return end;
    }

    private static int endOfLine(String header, int start) {
        int end = header.indexOf('\n', start);
        return end < 0 ? header.length() : end;
    }

    private static boolean isEmptyLine(String header, int start) {
        int position = start;
        while (position < header.length() && header.charAt(position) == '\r') {
            position++;
        }
        return position == header.length() || header.charAt(position) == '\n';
    }

    private static boolean isBlank(char character) {
        return character == ' ' || character == '\t';
    }

    private static String unfold(String value) {
        return value.replace("\r", "").replace("\n", "").trim();
    }

    /** Returns a value in a form to compare: lower case, without blanks. */
    static String normal(String value) {
        return value.replace(" ", "").replace("\t", "").toLowerCase(Locale.ROOT);
    }
}
