package io.github.pecmailproxy.pec;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * XML as text, and whether all of it could be decoded.
 *
 * @param text the text, what could not be decoded replaced
 * @param clean whether the charset is known and everything belonged to it
 */
record XmlBytes(String text, boolean clean) {
    /** Decodes XML by its byte order mark, its declaration, the charset of its MIME part, or else as UTF-8. */
    static XmlBytes decode(byte[] bytes, @Nullable String partCharset) {
        int mark = 0;
        @Nullable Charset charset;
        boolean known = true;
        if (startsWith(bytes, 0xef, 0xbb, 0xbf)) {
            charset = StandardCharsets.UTF_8;
            mark = 3;
        } else if (startsWith(bytes, 0xfe, 0xff)) {
            charset = StandardCharsets.UTF_16BE;
            mark = 2;
        } else if (startsWith(bytes, 0xff, 0xfe)) {
            charset = StandardCharsets.UTF_16LE;
            mark = 2;
        } else if (startsWith(bytes, 0, '<')) {
            charset = StandardCharsets.UTF_16BE;
        } else if (startsWith(bytes, '<', 0)) {
            charset = StandardCharsets.UTF_16LE;
        } else {
            @Nullable String declared = declaredEncoding(bytes);
            String name = declared != null ? declared : partCharset != null ? partCharset : "UTF-8";
            charset = HeaderText.charset(name);
            known = charset != null;
        }
        if (charset == null) {
            charset = StandardCharsets.UTF_8;
        }
        String text = new String(bytes, mark, bytes.length - mark, charset);
        boolean replaced = text.indexOf('\ufffd') >= 0 && !isValid(bytes, mark, charset);
        return new XmlBytes(text, known && !replaced);
    }

    /** Tells a replacement by the decoder from a replacement character that was there before. */
    private static boolean isValid(byte[] bytes, int from, Charset charset) {
        ByteBuffer in = ByteBuffer.wrap(bytes, from, bytes.length - from);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        return !charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(in, out, true)
                .isError();
    }

    private static boolean startsWith(byte[] bytes, int... start) {
        if (bytes.length < start.length) {
            return false;
        }
        for (int i = 0; i < start.length; i++) {
            if ((bytes[i] & 0xff) != start[i]) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String declaredEncoding(byte[] bytes) {
        if (!startsWith(bytes, '<', '?', 'x', 'm', 'l')) {
            return null;
        }
        String head = new String(bytes, 0, Math.min(bytes.length, 200), StandardCharsets.ISO_8859_1);
        int end = head.indexOf("?>");
        int encoding = head.indexOf("encoding");
        if (encoding < 0 || encoding > end) {
            return null;
        }
        int from = encoding + "encoding".length();
        int quote = from;
        while (quote < end && head.charAt(quote) != '"' && head.charAt(quote) != '\'') {
            quote++;
        }
        int close = head.indexOf(head.charAt(quote), quote + 1);
        return quote < end && close > 0 && close < end ? head.substring(quote + 1, close) : null;
    }
}
