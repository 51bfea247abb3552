package io.github.pecmailproxy.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The content transfer encodings of RFC 2045 section 6, and CRLF line ends. */
final class TransferEncodings {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    private static final int QUOTED_PRINTABLE_LINE = 76;

    private TransferEncodings() {}

    static String base64(byte[] content, int lineLength) {
        return Base64.getMimeEncoder(lineLength, CRLF).encodeToString(content);
    }

    /** Encodes text whose lines end in {@code \n}; each line ends in CRLF. */
    static String quotedPrintable(String text, Charset charset) {
        StringBuilder out = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            int column = 0;
            byte[] bytes = line.getBytes(charset);
            for (int i = 0; i < bytes.length; i++) {
                int b = bytes[i] & 0xFF;
                boolean trailingBlank = (b == ' ' || b == '\t') && i == bytes.length - 1;
                String piece = b == '=' || b > 126 || b < 32 && b != '\t' || trailingBlank
                        ? "=" + HEX[b >> 4] + HEX[b & 15]
                        : String.valueOf((char) b);
                if (column + piece.length() > QUOTED_PRINTABLE_LINE - 1) {
                    out.append("=\r\n");
                    column = 0;
                }
                out.append(piece);
                column += piece.length();
            }
            out.append("\r\n");
        }
        out.setLength(out.length() - 2);
        return out.toString();
    }

    static byte[] decodeQuotedPrintable(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length);
        for (int i = 0; i < content.length; i++) {
            if (content[i] != '=') {
                out.write(content[i]);
            } else if (i + 1 < content.length && content[i + 1] == '\n') {
                i += 1;
            } else if (i + 2 < content.length && content[i + 1] == '\r' && content[i + 2] == '\n') {
                i += 2;
            } else if (i + 2 < content.length
                    && Character.digit(content[i + 1], 16) >= 0
                    && Character.digit(content[i + 2], 16) >= 0) {
                out.write(Character.digit(content[i + 1], 16) << 4 | Character.digit(content[i + 2], 16));
                i += 2;
            } else {
                out.write('=');
            }
        }
        return out.toByteArray();
    }

    /** Turns every bare LF and bare CR into CRLF; S/MIME signs the canonical form (RFC 8551 section 3.1.1). */
    static byte[] canonicalLineEnds(byte[] content) {
        boolean canonical = true;
        for (int i = 0; i < content.length && canonical; i++) {
            if (content[i] == '\n') {
                canonical = i > 0 && content[i - 1] == '\r';
            } else if (content[i] == '\r') {
                canonical = i + 1 < content.length && content[i + 1] == '\n';
            }
        }
        if (canonical) {
            return content;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + content.length / 32);
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\r') {
                if (i + 1 < content.length && content[i + 1] == '\n') {
                    i++;
                }
                out.writeBytes(CRLF);
            } else if (content[i] == '\n') {
                out.writeBytes(CRLF);
            } else {
                out.write(content[i]);
            }
        }
        return out.toByteArray();
    }

    /** The weakest encoding label that is true for content sent as it is. */
    static String identityLabel(byte[] content) {
        for (byte b : content) {
            if (b < 0) {
                return "8bit";
            }
        }
        return "7bit";
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
