package io.github.pecmailproxy.internal.compose;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A text as it goes into a MIME part: line ends as CRLF, in the encoding that suits it. Immutable. */
final class TextPart {
    private static final int LONGEST_PLAIN_LINE = 78;
    private static final int LONGEST_ENCODED_LINE = 76;

    /** With more than one byte in this many above 127, base64 is the shorter encoding. */
    private static final int BASE64_SHARE = 5;

    private static final byte[] SOFT_BREAK = {'=', '\r', '\n'};
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;
    private final String encoding;

    TextPart(String text) {
        bytes = normalised(text).getBytes(StandardCharsets.UTF_8);
        encoding = encodingFor(bytes);
    }

    /** The value for {@code Content-Transfer-Encoding}. */
    String encoding() {
        return encoding;
    }

    /** The charset: ASCII where the text is nothing else. */
    String charset() {
        for (byte octet : bytes) {
            if (octet < 0) {
                return "UTF-8";
            }
        }
        return "us-ascii";
    }

    /** Tells whether what {@link #writeTo} writes ends with a line end. */
    boolean endsLine() {
        return !encoding.equals("base64") && bytes.length > 0 && bytes[bytes.length - 1] == '\n';
    }

    /** Writes the encoded text and nothing after it: the line end before a boundary is the boundary's (RFC 2046 section 5.1.1). */
    void writeTo(OutputStream out) throws IOException {
        switch (encoding) {
            case "7bit" -> out.write(bytes);
            case "base64" -> out.write(Base64.getMimeEncoder().encode(bytes));
            default -> writeQuotedPrintable(out);
        }
    }

    private static String normalised(String text) {
        StringBuilder lines = new StringBuilder(text.length() + 64);
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == '\r') {
                lines.append("\r\n");
                if (i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                    i++;
                }
            } else if (character == '\n') {
                lines.append("\r\n");
            } else {
                lines.append(character);
            }
        }
        return lines.toString();
    }

    private static String encodingFor(byte[] bytes) {
        boolean plain = true;
        int high = 0;
        int lineStart = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte octet = bytes[i];
            if (octet < 0) {
                high++;
            } else if (octet == '\n') {
                boolean blankBefore = i - 2 >= lineStart && isBlank(bytes[i - 2]);
                plain &= !blankBefore && i - 1 - lineStart <= LONGEST_PLAIN_LINE;
                lineStart = i + 1;
            } else if ((octet < ' ' && octet != '\r' && octet != '\t') || octet == 0x7f) {
                plain = false;
            }
            // Some servers still write ">From " for a line that begins like a mailbox separator.
            plain &= i != lineStart || !startsWithFrom(bytes, i);
        }
        plain &= bytes.length - lineStart <= LONGEST_PLAIN_LINE
                && (bytes.length == 0 || !isBlank(bytes[bytes.length - 1]));
        if (high == 0 && plain) {
            return "7bit";
        }
        return high > bytes.length / BASE64_SHARE ? "base64" : "quoted-printable";
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    private static boolean startsWithFrom(byte[] bytes, int at) {
        return at + 4 < bytes.length
                && bytes[at] == 'F'
                && bytes[at + 1] == 'r'
                && bytes[at + 2] == 'o'
                && bytes[at + 3] == 'm'
                && bytes[at + 4] == ' ';
    }

    /** RFC 2045 section 6.7. */
    private void writeQuotedPrintable(OutputStream out) throws IOException {
        int column = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte octet = bytes[i];
            if (octet == '\r') {
                // Normalised: a line feed follows.
                writeLineEnd(out);
                column = 0;
                i++;
                continue;
            }
            // Room for a soft break after the longest form, whatever comes.
            if (column + 3 > LONGEST_ENCODED_LINE - 1) {
                out.write(SOFT_BREAK);
                column = 0;
            }
            boolean lineEnds = i + 1 == bytes.length || bytes[i + 1] == '\r';
            boolean literal = (octet > ' ' && octet <= '~' && octet != '=') || (isBlank(octet) && !lineEnds);
            // What begins with "From " or a dot is right by the book, but not with every server on the way.
            literal &= column != 0 || (octet != '.' && !startsWithFrom(bytes, i));
            if (literal) {
                out.write(octet);
                column++;
            } else {
                out.write('=');
                out.write(HEX[(octet >> 4) & 0xf]);
                out.write(HEX[octet & 0xf]);
                column += 3;
            }
        }
    }

    private static void writeLineEnd(OutputStream out) throws IOException {
        out.write('\r');
        out.write('\n');
    }
}
