package io.github.pecmailproxy.classifier;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The mails of an mbox file (RFC 4155), one after the other: each begins behind a line that starts with {@code From } after a
 * blank line, and has lost one {@code >} before lines that look like one.
 */
final class Mailbox {
    private static final byte[] SEPARATOR = "From ".getBytes(StandardCharsets.US_ASCII);

    private final InputStream stream;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean started;
    private boolean ended;

    Mailbox(InputStream stream) {
        this.stream = stream;
    }

    /** Returns the next mail, which may be empty; null at the end. */
    byte @Nullable [] next() throws IOException {
        if (ended) {
            return null;
        }
        if (!started) {
            started = true;
            readLine();
        }
        ByteArrayOutputStream mail = new ByteArrayOutputStream();
        boolean afterBlank = false;
        byte[] text = readLine();
        while (text.length > 0 && !(afterBlank && startsWith(text, 0))) {
            int quotes = 0;
            while (quotes < text.length && text[quotes] == '>') {
                quotes++;
            }
            int from = quotes > 0 && startsWith(text, quotes) ? 1 : 0;
            mail.write(text, from, text.length - from);
            afterBlank = text[0] == '\n' || (text[0] == '\r' && text.length == 2);
            text = readLine();
        }
        ended = text.length == 0;
        byte[] bytes = mail.toByteArray();
        // The blank line before the next separator is the mailbox's, not the mail's.
        int length = bytes.length;
        if (afterBlank) {
            length -= length > 1 && bytes[length - 2] == '\r' ? 2 : 1;
        }
        return Arrays.copyOf(bytes, length);
    }

    private static boolean startsWith(byte[] text, int from) {
        return text.length >= from + SEPARATOR.length
                && Arrays.equals(text, from, from + SEPARATOR.length, SEPARATOR, 0, SEPARATOR.length);
    }

    /** Returns a line with its end; empty at the end of the file. */
    private byte[] readLine() throws IOException {
        line.reset();
        int b = stream.read();
        while (b >= 0) {
            line.write(b);
            if (b == '\n') {
                break;
            }
            b = stream.read();
        }
        return line.toByteArray();
    }
}
