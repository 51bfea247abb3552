package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Writes commands and content to a connection, in memory bounded by one buffer. The final dot is put into the buffer only after all of
 * the content was read and found to be what was stored: a message that is cut short or changed never ends with a dot. Not thread-safe.
 */
final class ContentWriter {
    private static final int BUFFER = 16 * 1024;
    private static final int FINAL_DOT_LENGTH = 3;

    private final OutputStream out;
    private final SocketGuard guard;
    private final Duration writeTimeout;
    private final byte[] pending = new byte[BUFFER];
    private final byte[] chunk = new byte[BUFFER];
    private int used;

    ContentWriter(OutputStream out, SocketGuard guard, Duration writeTimeout) {
        this.out = out;
        this.guard = guard;
        this.writeTimeout = writeTimeout;
    }

    /** Says that the stored content cannot be sent: it cannot be read, or is not what it should be. */
    static final class ContentException extends Exception {
        private static final long serialVersionUID = 1L;

        ContentException(String message, Throwable cause) {
            super(message, cause);
        }

        ContentException(String message) {
            super(message);
        }
    }

    /** Adds a command to what {@link #flush()} sends. */
    void command(String line) throws IOException {
        for (byte octet : line.getBytes(StandardCharsets.US_ASCII)) {
            // No address or parameter gets here with one; if one did, it would be a command of its own.
            if (octet == '\r' || octet == '\n') {
                throw new IllegalArgumentException("a command must be one line");
            }
            put(octet);
        }
        put((byte) '\r');
        put((byte) '\n');
    }

    void flush() throws IOException {
        drain();
        out.flush();
    }

    /**
     * Sends content up to, but without, the final dot; the end of it may still wait in the buffer.
     *
     * @throws IOException if the connection fails
     * @throws ContentException if the content cannot be read to its end, or is not what was stored
     */
    void content(StoredContent content, InputStream in) throws IOException, ContentException {
        MessageDigest digest = sha256();
        long size = 0;
        int previous = '\n';
        for (int count = read(in); count >= 0; count = read(in)) {
            digest.update(chunk, 0, count);
            size += count;
            previous = stuff(count, previous);
        }
        if (size != content.size()) {
            throw new ContentException("the stored message has " + size + " bytes, not " + content.size());
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(content.sha256())) {
            throw new ContentException("the stored message does not match its SHA-256");
        }
        if (previous == '\r') {
            throw new ContentException("the stored message has a line end that is not CRLF");
        }
        if (previous != '\n') {
            put((byte) '\r');
            put((byte) '\n');
        }
    }

    /** Puts the final dot into the buffer; {@link #flush()} then ends the message. */
    void finalDot() throws IOException {
        put((byte) '.');
        put((byte) '\r');
        put((byte) '\n');
    }

    /** Makes room, so that {@link #finalDot()} sends nothing. */
    void makeRoom() throws IOException {
        if (pending.length - used < FINAL_DOT_LENGTH) {
            drain();
        }
    }

    private int read(InputStream in) throws ContentException {
        try {
            int count = in.read(chunk);
            while (count == 0) {
                count = in.read(chunk);
            }
            return count;
        } catch (IOException | RuntimeException failed) {
            throw new ContentException("the stored message cannot be read: " + failed.getMessage(), failed);
        }
    }

    /** Doubles each dot at the beginning of a line (RFC 5321 section 4.5.2); returns the last octet. */
    private int stuff(int count, int before) throws IOException, ContentException {
        int previous = before;
        for (int i = 0; i < count; i++) {
            byte octet = chunk[i];
            boolean startsLine = previous == '\n';
            // Servers disagree about what a lone CR or LF means, down to where a message ends: such content is not
            // sent.
            if (octet == '\n' ? previous != '\r' : previous == '\r') {
                throw new ContentException("the stored message has a line end that is not CRLF");
            }
            if (startsLine && octet == '.') {
                put((byte) '.');
            }
            put(octet);
            previous = octet;
        }
        return previous;
    }

    private void put(byte octet) throws IOException {
        if (used == pending.length) {
            drain();
        }
        pending[used++] = octet;
    }

    private void drain() throws IOException {
        if (used > 0) {
            guard.allow(writeTimeout);
            out.write(pending, 0, used);
            used = 0;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }
}
