package io.github.pecmailproxy.internal.imap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pieces that server responses are made of (RFC 3501 section 9). Nothing a server sends makes it hold more than the
 * limits below in memory, or go deeper into its own stack.
 */
final class ImapReader {
    private static final int LONGEST_ATOM = 1024;
    private static final int LONGEST_QUOTED = 1024 * 1024;
    private static final int LONGEST_TEXT = 500;
    // Providers take 100 MB at most (facts); encoded, with headers around it, a mail stays far below.
    private static final long LARGEST_LITERAL = 512L * 1024 * 1024;

    private final ImapWire wire;

    ImapReader(ImapWire wire) {
        this.wire = wire;
    }

    int peek() throws IOException {
        return wire.peek();
    }

    int next() throws IOException {
        return wire.read();
    }

    /** Takes a character that must come. */
    void expect(char character) throws IOException {
        int found = wire.read();
        if (found != character) {
            throw new ImapSyntaxException("expected " + name(character) + ", found " + name(found));
        }
    }

    /** Takes the blanks that come. */
    void skipBlanks() throws IOException {
        while (wire.peek() == ' ') {
            wire.read();
        }
    }

    boolean atLineEnd() throws IOException {
        int character = wire.peek();
        return character == '\r' || character == '\n';
    }

    /** Takes characters up to a blank, parenthesis or line end; a section in brackets belongs to them. In upper case. */
    String atom() throws IOException {
        StringBuilder atom = new StringBuilder();
        int depth = 0;
        while (true) {
            int character = wire.peek();
            if (character == '\r' || character == '\n') {
                break;
            }
            if (depth == 0 && (character == ' ' || character == '(' || character == ')')) {
                break;
            }
            depth = Math.max(0, depth + (character == '[' ? 1 : character == ']' ? -1 : 0));
            if (atom.length() == LONGEST_ATOM) {
                throw new ImapSyntaxException("a word does not end");
            }
            atom.append((char) wire.read());
        }
        if (atom.isEmpty()) {
            throw new ImapSyntaxException("expected a word, found " + name(wire.peek()));
        }
        return atom.toString().toUpperCase(Locale.ROOT);
    }

    /** Takes a number of at most 18 digits. */
    long number() throws IOException {
        long value = 0;
        int digits = 0;
        while (wire.peek() >= '0' && wire.peek() <= '9') {
            value = value * 10 + (wire.read() - '0');
            if (++digits > 18) {
                throw new ImapSyntaxException("a number is too great");
            }
        }
        if (digits == 0) {
            throw new ImapSyntaxException("expected a number, found " + name(wire.peek()));
        }
        return value;
    }

    /** Takes a string of any form and keeps up to a number of bytes of it; null for NIL. */
    @Nullable
    Text string(int most) throws IOException {
        switch (wire.peek()) {
            case '"' -> {
                return Text.cut(quoted(), most);
            }
            case '{', '~' -> {
                long size = literalSize();
                byte[] bytes = new byte[(int) Math.min(size, most)];
                readFully(bytes);
                wire.skip(size - bytes.length);
                return new Text(bytes, size <= most);
            }
            default -> {
                String atom = atom();
                return atom.equals("NIL") ? null : Text.cut(atom.getBytes(StandardCharsets.ISO_8859_1), most);
            }
        }
    }

    /** Takes the head of a literal, {@code {12}} and its line end, and returns how many bytes follow. */
    long literalSize() throws IOException {
        if (wire.peek() == '~') {
            wire.read();
        }
        expect('{');
        long size = number();
        if (wire.peek() == '+') {
            wire.read();
        }
        expect('}');
        lineEnd();
        if (size > LARGEST_LITERAL) {
            throw new ImapSyntaxException("a literal of " + size + " bytes");
        }
        return size;
    }

    /** Returns a stream over the bytes that follow; it must be read to its end before anything else is. */
    LiteralStream literal(long size) {
        return new LiteralStream(wire, size);
    }

    byte[] quoted() throws IOException {
        expect('"');
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            int character = wire.read();
            if (character == '"') {
                return bytes.toByteArray();
            }
            if (character == '\\') {
                character = wire.read();
            }
            if (character == '\r' || character == '\n') {
                throw new ImapSyntaxException("a quoted string goes over the end of its line");
            }
            if (bytes.size() == LONGEST_QUOTED) {
                throw new ImapSyntaxException("a quoted string does not end");
            }
            bytes.write(character);
        }
    }

    /** Takes one value of any kind, lists with everything in them. */
    void skipValue() throws IOException {
        int depth = 0;
        do {
            skipBlanks();
            switch (wire.peek()) {
                case '(' -> {
                    wire.read();
                    depth++;
                }
                case ')' -> {
                    if (depth == 0) {
                        throw new ImapSyntaxException("expected a value, found )");
                    }
                    wire.read();
                    depth--;
                }
                case '"' -> quoted();
                case '{', '~' -> wire.skip(literalSize());
                default -> atom();
            }
        } while (depth > 0);
    }

    /** Takes the rest of a line that is meant for people, and keeps its beginning, safe to log. */
    String text() throws IOException {
        StringBuilder text = new StringBuilder();
        while (!atLineEnd()) {
            int character = wire.read();
            if (text.length() < LONGEST_TEXT) {
                text.append(character < ' ' || character == 0x7F ? '?' : (char) character);
            }
        }
        lineEnd();
        return text.toString().trim();
    }

    /** Takes the rest of a response that is of no interest, literals in it included. */
    void skipResponse() throws IOException {
        // A literal is announced by {12} right before the line's end.
        long announced = -1;
        boolean open = false;
        boolean closed = false;
        while (true) {
            if (atLineEnd()) {
                lineEnd();
                if (!closed || announced < 0) {
                    return;
                }
                wire.skip(announced);
                announced = -1;
                open = false;
                closed = false;
                continue;
            }
            int character = wire.read();
            if (character == '{') {
                open = true;
                closed = false;
                announced = -1;
            } else if (open && character >= '0' && character <= '9' && announced < LARGEST_LITERAL) {
                announced = Math.max(0, announced) * 10 + (character - '0');
            } else if (open && character == '}') {
                open = false;
                closed = true;
            } else if (!(open && character == '+')) {
                open = false;
                closed = false;
            }
        }
    }

    void lineEnd() throws IOException {
        // A lone LF is a fault of the server that does no harm.
        if (wire.peek() == '\r') {
            wire.read();
        }
        expect('\n');
    }

    private void readFully(byte[] bytes) throws IOException {
        int done = 0;
        while (done < bytes.length) {
            done += wire.read(bytes, done, bytes.length - done);
        }
    }

    private static String name(int character) {
        return character > ' ' && character < 0x7F ? String.valueOf((char) character) : "byte " + character;
    }

    /**
     * Bytes that came as a string.
     *
     * @param bytes the bytes that were kept
     * @param complete whether that is all there were
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Text(byte[] bytes, boolean complete) {
        static Text cut(byte[] bytes, int most) {
            return bytes.length <= most ? new Text(bytes, true) : new Text(Arrays.copyOf(bytes, most), false);
        }

        /** One character for each byte. */
        String latin() {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** The bytes of a literal. Ends where it ends; closing it closes nothing. */
    static final class LiteralStream extends InputStream {
        private final ImapWire wire;
        private long left;

        LiteralStream(ImapWire wire, long size) {
            this.wire = wire;
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                return -1;
            }
            int value = wire.read();
            left--;
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int count = wire.read(target, offset, (int) Math.min(length, left));
            left -= count;
            return count;
        }

        void drain() throws IOException {
            wire.skip(left);
            left = 0;
        }
    }
}
