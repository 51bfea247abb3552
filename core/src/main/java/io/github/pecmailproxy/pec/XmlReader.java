package io.github.pecmailproxy.pec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the XML of certifications: elements, attributes, text, CDATA, comments and processing instructions, checked for
 * well-formedness. A DOCTYPE is refused, and with it every entity but the five predefined and the numeric ones, so there is
 * nothing to expand and nothing to fetch. Names are given without their prefix. Not thread-safe.
 *
 * <p>Written here because a certification is a kilobyte: setting up a general parser costs more than reading it.
 */
final class XmlReader {
    enum Event {
        START,
        END,
        TEXT,
        DOCUMENT_END
    }

    private static final int MAX_ATTRIBUTES = 64;

    private final String xml;
    private final int length;
    private final int maxDepth;
    private int position;

    private int[] open = new int[16];
    private int depth;
    private boolean rootSeen;
    private boolean endPending;

    private String name = "";
    private String text = "";
    private final String[] attributeNames = new String[MAX_ATTRIBUTES];
    private final String[] attributeValues = new String[MAX_ATTRIBUTES];
    private int attributes;

    XmlReader(String xml, int maxDepth) {
        this.xml = xml;
        this.length = xml.length();
        this.maxDepth = maxDepth;
    }

    /** The local name of the element that starts or ends. */
    String name() {
        return name;
    }

    /** The text, entities replaced. */
    String text() {
        return text;
    }

    /** How many elements are open: 1 within the root. */
    int depth() {
        return depth;
    }

    /** The value of an attribute of the element that starts, by the name as written; or null. */
    @Nullable
    String attribute(String wanted) {
        for (int i = 0; i < attributes; i++) {
            if (attributeNames[i].equals(wanted)) {
                return attributeValues[i];
            }
        }
        return null;
    }

    Event next() throws XmlSyntaxException {
        if (endPending) {
            endPending = false;
            depth--;
            return Event.END;
        }
        while (position < length) {
            if (xml.charAt(position) != '<') {
                if (readText()) {
                    return Event.TEXT;
                }
            } else if (xml.startsWith("<!--", position)) {
                int end = xml.indexOf("--", position + 4);
                require(end >= 0 && xml.startsWith("-->", end), "a comment does not end");
                position = end + 3;
            } else if (xml.startsWith("<![CDATA[", position)) {
                require(depth > 0, "character data outside the root element");
                int end = xml.indexOf("]]>", position + 9);
                require(end >= 0, "a CDATA section does not end");
                text = xml.substring(position + 9, end);
                checkCharacters(position + 9, end);
                position = end + 3;
                return Event.TEXT;
            } else if (xml.startsWith("<!", position)) {
                throw new XmlSyntaxException("a DOCTYPE or other declaration is refused");
            } else if (xml.startsWith("<?", position)) {
                int end = xml.indexOf("?>", position + 2);
                require(end >= 0, "a processing instruction does not end");
                position = end + 2;
            } else if (xml.startsWith("</", position)) {
                readEnd();
                return Event.END;
            } else {
                readStart();
                return Event.START;
            }
        }
        require(depth == 0, "the document ends inside an element");
        require(rootSeen, "there is no element");
        return Event.DOCUMENT_END;
    }

    /** Reads the text up to the next markup. Returns false for blanks outside the root. */
    private boolean readText() throws XmlSyntaxException {
        int end = xml.indexOf('<', position);
        if (end < 0) {
            end = length;
        }
        String raw = xml.substring(position, end);
        if (depth == 0) {
            require(raw.isBlank(), "text outside the root element");
            position = end;
            return false;
        }
        require(!raw.contains("]]>"), "the end of a CDATA section that did not begin");
        checkCharacters(position, end);
        text = resolve(raw);
        position = end;
        return true;
    }

    private void readEnd() throws XmlSyntaxException {
        int nameStart = position + 2;
        int nameEnd = nameEnd(nameStart);
        require(depth > 0, "an element ends that did not start");
        int started = open[(depth - 1) * 2];
        int startedLength = open[(depth - 1) * 2 + 1];
        require(
                startedLength == nameEnd - nameStart && xml.regionMatches(nameStart, xml, started, startedLength),
                "an element ends inside another one");
        int close = skipBlanks(nameEnd);
        require(close < length && xml.charAt(close) == '>', "an end tag does not end");
        position = close + 1;
        depth--;
        name = localName(nameStart, nameEnd);
    }

    private void readStart() throws XmlSyntaxException {
        int nameStart = position + 1;
        int nameEnd = nameEnd(nameStart);
        require(depth > 0 || !rootSeen, "a second root element");
        require(depth < maxDepth, "elements are nested too deep");
        rootSeen = true;
        if ((depth + 1) * 2 > open.length) {
            open = Arrays.copyOf(open, open.length * 2);
        }
        open[depth * 2] = nameStart;
        open[depth * 2 + 1] = nameEnd - nameStart;
        depth++;
        attributes = 0;
        int i = nameEnd;
        while (true) {
            int next = skipBlanks(i);
            require(next < length, "a start tag does not end");
            char c = xml.charAt(next);
            if (c == '>') {
                position = next + 1;
                break;
            }
            if (c == '/') {
                require(next + 1 < length && xml.charAt(next + 1) == '>', "a start tag does not end");
                position = next + 2;
                endPending = true;
                break;
            }
            require(next > i, "no blank before an attribute");
            i = readAttribute(next);
        }
        name = localName(nameStart, nameEnd);
    }

    private int readAttribute(int from) throws XmlSyntaxException {
        int nameEnd = nameEnd(from);
        String attribute = xml.substring(from, nameEnd);
        require(attributes < MAX_ATTRIBUTES, "too many attributes");
        require(attribute(attribute) == null, "an attribute occurs twice");
        int equals = skipBlanks(nameEnd);
        require(equals < length && xml.charAt(equals) == '=', "an attribute without value");
        int quote = skipBlanks(equals + 1);
        require(
                quote < length && (xml.charAt(quote) == '"' || xml.charAt(quote) == '\''),
                "an attribute without quotes");
        int end = xml.indexOf(xml.charAt(quote), quote + 1);
        require(end >= 0, "an attribute's value does not end");
        String raw = xml.substring(quote + 1, end);
        require(raw.indexOf('<') < 0, "markup inside an attribute's value");
        checkCharacters(quote + 1, end);
        attributeNames[attributes] = attribute;
        attributeValues[attributes] = resolve(raw);
        attributes++;
        return end + 1;
    }

    /** Replaces references. One that is neither predefined nor numeric would need a DOCTYPE: refused. */
    private String resolve(String raw) throws XmlSyntaxException {
        int ampersand = raw.indexOf('&');
        if (ampersand < 0) {
            return raw;
        }
        StringBuilder resolved = new StringBuilder(raw.length());
        int done = 0;
        while (ampersand >= 0) {
            int semicolon = raw.indexOf(';', ampersand + 1);
            require(semicolon >= 0, "a reference does not end");
            resolved.append(raw, done, ampersand);
            String reference = raw.substring(ampersand + 1, semicolon);
            switch (reference) {
                case "lt" -> resolved.append('<');
                case "gt" -> resolved.append('>');
                case "amp" -> resolved.append('&');
                case "quot" -> resolved.append('"');
                case "apos" -> resolved.append('\'');
                default -> resolved.appendCodePoint(character(reference));
            }
            done = semicolon + 1;
            ampersand = raw.indexOf('&', done);
        }
        return resolved.append(raw, done, raw.length()).toString();
    }

    private static int character(String reference) throws XmlSyntaxException {
        boolean hexadecimal = reference.startsWith("#x");
        String digits = reference.startsWith("#") ? reference.substring(hexadecimal ? 2 : 1) : "";
        require(!digits.isEmpty() && digits.length() <= 8, "an entity that is not predefined is refused");
        int character = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), hexadecimal ? 16 : 10);
            require(digit >= 0 && digits.charAt(i) < 128, "a character reference is no number");
            character = Math.min(character * (hexadecimal ? 16 : 10) + digit, Character.MAX_CODE_POINT + 1);
        }
        boolean allowed = character == '\t'
                || character == '\n'
                || character == '\r'
                || (character >= ' ' && character < Character.MIN_SURROGATE)
                || (character > Character.MAX_SURROGATE && character < 0xfffe)
                || (character > 0xffff && character <= Character.MAX_CODE_POINT);
        require(allowed, "a character reference to what is no character");
        return character;
    }

    private void checkCharacters(int from, int to) throws XmlSyntaxException {
        for (int i = from; i < to; i++) {
            char c = xml.charAt(i);
            require(c >= ' ' || c == '\n' || c == '\t' || c == '\r', "a control character");
        }
    }

    private int nameEnd(int from) throws XmlSyntaxException {
        int i = from;
        while (i < length && isNameCharacter(xml.charAt(i), i == from)) {
            i++;
        }
        require(i > from, "a name is missing");
        return i;
    }

    private static boolean isNameCharacter(char c, boolean first) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':') {
            return true;
        }
        return c >= 0x80 ? Character.isLetterOrDigit(c) : !first && ((c >= '0' && c <= '9') || c == '-' || c == '.');
    }

    private String localName(int from, int to) {
        int colon = xml.lastIndexOf(':', to - 1);
        return xml.substring(colon >= from ? colon + 1 : from, to);
    }

    private int skipBlanks(int from) {
        int i = from;
        while (i < length && isBlank(xml.charAt(i))) {
            i++;
        }
        return i;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private static void require(boolean condition, String message) throws XmlSyntaxException {
        if (!condition) {
            throw new XmlSyntaxException(message);
        }
    }
}
