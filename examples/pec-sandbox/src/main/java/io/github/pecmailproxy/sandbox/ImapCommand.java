package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One IMAP command as text with its literals beside it, and a cursor over it. Used by one thread.
 *
 * <p>Each literal is represented in the text by U+0001, its index and a second U+0001, characters no command contains.
 */
final class ImapCommand {
    /** A command that cannot be read; the server answers BAD with the message. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    private static final Pattern LITERAL = Pattern.compile("\\{(\\d{1,10})(\\+?)}$");
    private static final char MARK = '\u0001';

    private final String text;
    private final List<byte[]> literals;
    private int position;

    private ImapCommand(String text, List<byte[]> literals) {
        this.text = text;
        this.literals = literals;
    }

    /**
     * Reads one command with all its literals.
     *
     * @param maximumLiteral how long a literal may be
     */
    static ImapCommand read(Wire wire, long maximumLiteral) throws IOException {
        StringBuilder text = new StringBuilder();
        List<byte[]> literals = new ArrayList<>();
        while (true) {
            String line = wire.readLine().replace(MARK, '?');
            Matcher literal = LITERAL.matcher(line);
            if (!literal.find()) {
                return new ImapCommand(text.append(line).toString(), literals);
            }
            long length = Long.parseLong(literal.group(1));
            if (length > maximumLiteral) {
                throw new IOException("a literal is longer than " + maximumLiteral + " bytes");
            }
            if (literal.group(2).isEmpty()) {
                wire.sendLine("+ go ahead");
            }
            text.append(line, 0, literal.start())
                    .append(MARK)
                    .append(literals.size())
                    .append(MARK);
            literals.add(wire.readExactly((int) length));
        }
    }

    String text() {
        return text;
    }

    boolean atEnd() {
        return position >= text.length();
    }

    char peek() {
        return atEnd() ? '\0' : text.charAt(position);
    }

    boolean accept(char c) {
        if (peek() == c && !atEnd()) {
            position++;
            return true;
        }
        return false;
    }

    void expect(char c) throws Malformed {
        if (!accept(c)) {
            throw new Malformed("'" + c + "' expected at position " + position);
        }
    }

    void space() throws Malformed {
        expect(' ');
        while (accept(' ')) {
            // some clients send more than one
        }
    }

    void end() throws Malformed {
        while (accept(' ')) {
            // trailing blanks mean nothing
        }
        if (!atEnd()) {
            throw new Malformed("unexpected text at position " + position);
        }
    }

    /** An atom: everything up to a blank, parenthesis, bracket or quote. */
    String atom() throws Malformed {
        int start = position;
        while (!atEnd() && " ()[]\"".indexOf(peek()) < 0 && peek() != MARK) {
            position++;
        }
        if (start == position) {
            throw new Malformed("a word expected at position " + position);
        }
        return text.substring(start, position);
    }

    String keyword() throws Malformed {
        return atom().toUpperCase(Locale.ROOT);
    }

    /** An atom, quoted string or literal, as text; literals are read as UTF-8. */
    String string() throws Malformed {
        if (peek() == MARK) {
            return new String(literal(), StandardCharsets.UTF_8);
        }
        if (!accept('"')) {
            int start = position;
            while (!atEnd() && " ()\"".indexOf(peek()) < 0) {
                position++;
            }
            if (start == position) {
                throw new Malformed("a string expected at position " + position);
            }
            return text.substring(start, position);
        }
        StringBuilder out = new StringBuilder();
        while (!accept('"')) {
            if (atEnd()) {
                throw new Malformed("a quoted string does not end");
            }
            accept('\\');
            out.append(peek());
            position++;
        }
        // clients that enabled UTF-8 send it inside quotes
        return new String(out.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    byte[] literal() throws Malformed {
        expect(MARK);
        int end = text.indexOf(MARK, position);
        byte[] bytes = literals.get(Integer.parseInt(text.substring(position, end)));
        position = end + 1;
        return bytes;
    }

    boolean atLiteral() {
        return peek() == MARK && !atEnd();
    }

    /** A parenthesized list of strings, or a single one. */
    List<String> stringList() throws Malformed {
        List<String> items = new ArrayList<>();
        if (!accept('(')) {
            items.add(string());
            return items;
        }
        while (!accept(')')) {
            items.add(string());
            accept(' ');
        }
        return items;
    }

    /** What is left, for the faults to look at. */
    String rest() {
        return text.substring(Math.min(position, text.length()));
    }
}
