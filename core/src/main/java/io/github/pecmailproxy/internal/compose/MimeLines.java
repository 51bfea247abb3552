package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.message.InvalidValueException;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Reads a host-built MIME message line by line, whatever its line ends, and hashes it as it came. Not thread-safe.
 *
 * <p>A line that ends with a bare CR or LF cannot be sent as it is (RFC 5321 section 2.3.8); canonical text, over which signatures are
 * made, has CRLF (RFC 8551 section 3.1.1), so that a signature still holds once all lines have it.
 */
final class MimeLines {
    /** RFC 5322 section 2.1.1, in octets without the line end. Servers break longer lines, and with them signatures. */
    static final int LONGEST_LINE = 998;

    private static final int BUFFER = 16 * 1024;

    private final HostStream in;
    private final MessageDigest digest = Sha256.start();
    private final byte[] buffer = new byte[BUFFER];
    private final byte[] line = new byte[LONGEST_LINE];
    private int position;
    private int limit;
    private int length;
    private long number;

    MimeLines(HostStream in) {
        this.in = in;
    }

    /** Reads a line into {@link #line}; false at the end. */
    private boolean next() {
        length = 0;
        int octet = read();
        if (octet < 0) {
            return false;
        }
        number++;
        while (octet >= 0 && octet != '\n' && octet != '\r') {
            if (length == LONGEST_LINE) {
                throw new InvalidValueException(
                        "mime", "has a line of more than " + LONGEST_LINE + " octets, line " + number);
            }
            line[length++] = (byte) octet;
            octet = read();
        }
        if (octet == '\r' && peek() == '\n') {
            position++;
        }
        return true;
    }

    /** Returns the next header line, or null at the header's end. */
    @Nullable
    String headerLine() {
        if (!next() || length == 0) {
            return null;
        }
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            byte octet = line[i];
            if ((octet < ' ' && octet != '\t') || octet == 0x7f) {
                throw new InvalidValueException(
                        "mime", "has a control character or an octet above 127 in its header, line " + number);
            }
            text.append((char) octet);
        }
        return text.toString();
    }

    long number() {
        return number;
    }

    /** Writes all lines that are left, each with CRLF. */
    void copyTo(OutputStream out) throws IOException {
        byte[] chunk = new byte[BUFFER];
        int used = 0;
        while (next()) {
            if (used + length + 2 > chunk.length) {
                out.write(chunk, 0, used);
                used = 0;
            }
            System.arraycopy(line, 0, chunk, used, length);
            used += length;
            chunk[used++] = '\r';
            chunk[used++] = '\n';
        }
        out.write(chunk, 0, used);
    }

    /** The SHA-256 of the message as it came, once it was read. */
    String hash() {
        return Sha256.hex(digest);
    }

    private int read() {
        int octet = peek();
        if (octet >= 0) {
            position++;
        }
        return octet;
    }

    private int peek() {
        if (position == limit) {
            int count = in.read(buffer);
            if (count < 0) {
                return -1;
            }
            digest.update(buffer, 0, count);
            position = 0;
            limit = count;
        }
        return buffer[position] & 0xff;
    }
}
