package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.smtp.SmtpReply;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a server's replies (RFC 5321 section 4.2), however long a server makes them. Not thread-safe. */
final class Replies {
    private static final int BUFFER = 4096;
    private static final int LONGEST_TEXT = 1000;

    /** Nothing that a server could mean is longer; what is longer would keep us reading for ever. */
    private static final int LONGEST_REPLY = 64 * 1024;

    private static final int LOWEST_CODE = 200;
    private static final int HIGHEST_CODE = 599;
    private static final Pattern ENHANCED_STATUS = Pattern.compile("\\d{3}[ -]([245]\\.\\d{1,3}\\.\\d{1,3})(?!\\S)");

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;

    Replies(InputStream in) {
        this.in = in;
    }

    /**
     * Reads one reply to its end.
     *
     * @throws EOFException if the connection was closed before the reply was complete
     * @throws ProtocolException if what came is no reply
     */
    SmtpReply read() throws IOException {
        StringBuilder text = new StringBuilder();
        int size = 0;
        while (true) {
            String line = readLine(LONGEST_REPLY - size);
            size += line.length();
            if (text.length() > 0) {
                text.append(' ');
            }
            text.append(line, 0, Math.min(line.length(), Math.max(0, LONGEST_TEXT - text.length())));
            int code = codeOf(line);
            boolean last = line.length() == 3 || line.charAt(3) == ' ';
            if (last) {
                return parse(code, text.toString());
            }
        }
    }

    /** Tells whether the server has said something that nobody asked for, such as goodbye. */
    boolean hasUnread() throws IOException {
        return position < limit || in.available() > 0;
    }

    /** Makes a reply of its code and text. */
    static SmtpReply parse(int code, String text) {
        String shortened = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
        StringBuilder clean = new StringBuilder(shortened.length());
        for (int i = 0; i < shortened.length(); i++) {
            char character = shortened.charAt(i);
            clean.append(Character.isISOControl(character) ? ' ' : character);
        }
        String line = clean.toString().strip();
        return new SmtpReply(code, enhancedStatusOf(line), line);
    }

    private static @Nullable String enhancedStatusOf(String line) {
        Matcher status = ENHANCED_STATUS.matcher(line);
        return status.lookingAt() ? status.group(1) : null;
    }

    private static int codeOf(String line) throws ProtocolException {
        if (line.length() >= 3
                && isDigit(line.charAt(0))
                && isDigit(line.charAt(1))
                && isDigit(line.charAt(2))
                && (line.length() == 3 || line.charAt(3) == ' ' || line.charAt(3) == '-')) {
            int code = Integer.parseInt(line, 0, 3, 10);
            if (code >= LOWEST_CODE && code <= HIGHEST_CODE) {
                return code;
            }
        }
        throw new ProtocolException("the server's answer is not SMTP");
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }

    private String readLine(int longest) throws IOException {
        StringBuilder line = null;
        while (true) {
            if (position == limit) {
                int count = in.read(buffer);
                if (count <= 0) {
                    throw new EOFException("the server closed the connection");
                }
                position = 0;
                limit = count;
            }
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            String piece = new String(buffer, position, end - position, StandardCharsets.UTF_8);
            boolean complete = end < limit;
            position = complete ? end + 1 : end;
            if ((line == null ? 0 : line.length()) + piece.length() > longest) {
                throw new ProtocolException("the server's answer has no end");
            }
            if (complete && line == null) {
                return withoutReturn(piece);
            }
            line = (line == null ? new StringBuilder() : line).append(piece);
            if (complete) {
                return withoutReturn(line.toString());
            }
        }
    }

    private static String withoutReturn(String line) {
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
