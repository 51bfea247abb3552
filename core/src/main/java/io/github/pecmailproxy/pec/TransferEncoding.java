package io.github.pecmailproxy.pec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Removes content transfer encodings (RFC 2045 section 6), leniently: what does not belong is passed over and told. */
final class TransferEncoding {
    /** Decoded bytes, and whether everything belonged there. */
    record Decoded(byte[] bytes, boolean clean) {}

    private static final byte[] BASE64 = new byte[256];
    private static final byte BLANK = -2;
    private static final byte FOREIGN = -1;

    static {
        Arrays.fill(BASE64, FOREIGN);
        byte[] alphabet =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);
        for (byte i = 0; i < alphabet.length; i++) {
            BASE64[alphabet[i]] = i;
        }
        BASE64['\r'] = BLANK;
        BASE64['\n'] = BLANK;
        BASE64[' '] = BLANK;
        BASE64['\t'] = BLANK;
    }

    private TransferEncoding() {}

    /** Decodes a slice by the value of its {@code Content-Transfer-Encoding}; an unknown one means none. */
    static Decoded decode(ByteSlice slice, String encoding) {
        return switch (encoding) {
            case "base64" -> base64(slice.array(), slice.offset(), slice.end());
            case "quoted-printable" -> quotedPrintable(slice.array(), slice.offset(), slice.end(), true);
            case "", "7bit", "8bit", "binary" -> copy(slice, true);
            default -> copy(slice, false);
        };
    }

    private static Decoded copy(ByteSlice slice, boolean clean) {
        return new Decoded(Arrays.copyOfRange(slice.array(), slice.offset(), slice.end()), clean);
    }

    static Decoded base64(byte[] bytes, int from, int to) {
        byte[] decoded = new byte[(to - from) / 4 * 3 + 3];
        byte[] values = BASE64;
        int length = 0;
        boolean clean = true;
        int group = 0;
        int digits = 0;
        int i = from;
        while (i < to) {
            if (digits == 0 && to - i >= 4) {
                int a = values[bytes[i] & 0xff];
                int b = values[bytes[i + 1] & 0xff];
                int c = values[bytes[i + 2] & 0xff];
                int d = values[bytes[i + 3] & 0xff];
                if ((a | b | c | d) >= 0) {
                    decoded[length] = (byte) (a << 2 | b >> 4);
                    decoded[length + 1] = (byte) (b << 4 | c >> 2);
                    decoded[length + 2] = (byte) (c << 6 | d);
                    length += 3;
                    i += 4;
                    continue;
                }
            }
            byte symbol = bytes[i++];
            int value = values[symbol & 0xff];
            if (value >= 0) {
                group = group << 6 | value;
                if (++digits == 4) {
                    decoded[length++] = (byte) (group >> 16);
                    decoded[length++] = (byte) (group >> 8);
                    decoded[length++] = (byte) group;
                    digits = 0;
                    group = 0;
                }
            } else if (symbol == '=') {
                break;
            } else {
                clean &= value == BLANK;
            }
        }
        // What follows the padding is no data; only blanks and more padding belong there.
        for (; i < to; i++) {
            clean &= bytes[i] == '=' || values[bytes[i] & 0xff] == BLANK;
        }
        switch (digits) {
            case 2 -> decoded[length++] = (byte) (group >> 4);
            case 3 -> {
                decoded[length++] = (byte) (group >> 10);
                decoded[length++] = (byte) (group >> 2);
            }
            case 1 -> clean = false;
            default -> {}
        }
        return new Decoded(Arrays.copyOf(decoded, length), clean);
    }

    static Decoded quotedPrintable(byte[] bytes, int from, int to, boolean softLineBreaks) {
        byte[] decoded = new byte[to - from];
        int length = 0;
        boolean clean = true;
        int i = from;
        while (i < to) {
            byte b = bytes[i++];
            if (b != '=') {
                decoded[length++] = b;
                continue;
            }
            int high = i < to ? Character.digit(bytes[i], 16) : -1;
            int low = i + 1 < to ? Character.digit(bytes[i + 1], 16) : -1;
            if (high >= 0 && low >= 0) {
                decoded[length++] = (byte) (high << 4 | low);
                i += 2;
                continue;
            }
            int lineEnd = softLineBreaks ? lineEnd(bytes, i, to) : -1;
            if (lineEnd >= 0) {
                i = lineEnd;
            } else {
                decoded[length++] = b;
                clean = false;
            }
        }
        return new Decoded(Arrays.copyOf(decoded, length), clean);
    }

    /** Returns the index behind the line end that follows, blanks before it passed over; or -1. */
    private static int lineEnd(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\r')) {
            i++;
        }
        return i == to ? to : bytes[i] == '\n' ? i + 1 : -1;
    }
}
