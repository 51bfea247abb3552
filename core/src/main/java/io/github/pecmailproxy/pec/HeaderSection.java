package io.github.pecmailproxy.pec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a mail or part: an index over the bytes, of which only what is asked for becomes text. Field names are
 * compared without case (RFC 5322 section 2.2), values are unfolded and trimmed.
 */
final class HeaderSection {
    private static final int INTS_A_FIELD = 4;

    private final byte[] bytes;
    private final int[] fields;
    private final int count;

    private HeaderSection(byte[] bytes, int[] fields, int count) {
        this.bytes = bytes;
        this.fields = fields;
        this.count = count;
    }

    /** Indexes a header section. Lines that are no field are passed over. */
    static HeaderSection of(ByteSlice slice) {
        byte[] bytes = slice.array();
        int end = slice.end();
        int[] fields = new int[24 * INTS_A_FIELD];
        int count = 0;
        int line = slice.offset();
        boolean open = false;
        while (line < end) {
            int lineFeed = LineFeeds.indexOf(bytes, line, end);
            int next = lineFeed < 0 ? end : lineFeed + 1;
            byte first = bytes[line];
            if (first == ' ' || first == '\t') {
                if (open) {
                    fields[count * INTS_A_FIELD - 1] = next;
                }
            } else {
                int nameEnd = nameEnd(bytes, line, next);
                open = nameEnd > line;
                if (open) {
                    if ((count + 1) * INTS_A_FIELD > fields.length) {
                        fields = Arrays.copyOf(fields, fields.length * 2);
                    }
                    int colon = nameEnd;
                    while (bytes[colon] != ':') {
                        colon++;
                    }
                    int field = count++ * INTS_A_FIELD;
                    fields[field] = line;
                    fields[field + 1] = nameEnd;
                    fields[field + 2] = colon + 1;
                    fields[field + 3] = next;
                }
            }
            line = next;
        }
        return new HeaderSection(bytes, fields, count);
    }

    /** Returns the end of a field name, or the line's start when there is none; blanks before the colon are tolerated. */
    private static int nameEnd(byte[] bytes, int line, int next) {
        int i = line;
        while (i < next && bytes[i] > ' ' && bytes[i] < 127 && bytes[i] != ':') {
            i++;
        }
        int nameEnd = i;
        while (i < next && (bytes[i] == ' ' || bytes[i] == '\t')) {
            i++;
        }
        return i < next && bytes[i] == ':' ? nameEnd : line;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Returns the first value of a field, or null. */
    @Nullable
    String first(String name) {
        int field = next(name, 0);
        return field < 0 ? null : value(field);
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(first(name));
    }

    /** Returns the values of a field in order. */
    List<String> all(String name) {
        int field = next(name, 0);
        if (field < 0) {
            return List.of();
        }
        int second = next(name, field + 1);
        if (second < 0) {
            return List.of(value(field));
        }
        List<String> values = new ArrayList<>(2);
        values.add(value(field));
        for (int i = second; i >= 0; i = next(name, i + 1)) {
            values.add(value(i));
        }
        return values;
    }

    private int next(String name, int from) {
        int length = name.length();
        for (int i = from; i < count; i++) {
            int start = fields[i * INTS_A_FIELD];
            if (fields[i * INTS_A_FIELD + 1] - start == length && matches(start, name, length)) {
                return i;
            }
        }
        return -1;
    }

    private boolean matches(int start, String name, int length) {
        // From the end: many names share a beginning such as "X-".
        for (int i = length - 1; i >= 0; i--) {
            byte actual = bytes[start + i];
            char wanted = name.charAt(i);
            if (actual != wanted && (lower(actual) != lower(wanted))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    private String value(int field) {
        return HeaderText.unfold(bytes, fields[field * INTS_A_FIELD + 2], fields[field * INTS_A_FIELD + 3]);
    }

    /** Lower case for values that are compared: ASCII rules, whatever the machine's language. */
    static String lowerCase(String value) {
        return value.toLowerCase(Locale.ROOT);
    }
}
