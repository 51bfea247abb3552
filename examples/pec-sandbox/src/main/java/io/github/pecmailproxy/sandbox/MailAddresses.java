package io.github.pecmailproxy.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads address lists (RFC 5322 section 3.4) as leniently as mail in the wild needs. */
final class MailAddresses {
    /**
     * One mailbox of an address list.
     *
     * @param displayName the name, undecoded, empty when there is none
     * @param address the address as written, possibly malformed
     */
    record Entry(String displayName, String address) {
        boolean isValid() {
            return MailAddresses.isValid(address);
        }
    }

    private MailAddresses() {}

    static List<Entry> parse(String headerValue) {
        List<Entry> entries = new ArrayList<>();
        for (String item : split(headerValue)) {
            String text = item.trim();
            if (text.isEmpty()) {
                continue;
            }
            int open = text.lastIndexOf('<');
            int close = text.lastIndexOf('>');
            if (open >= 0 && close > open) {
                String name = text.substring(0, open).trim();
                if (name.length() >= 2 && name.startsWith("\"") && name.endsWith("\"")) {
                    name = name.substring(1, name.length() - 1)
                            .replace("\\\"", "\"")
                            .replace("\\\\", "\\");
                }
                entries.add(new Entry(name, text.substring(open + 1, close).trim()));
            } else {
                entries.add(new Entry("", text));
            }
        }
        return entries;
    }

    /** The valid addresses of all fields of one name, in order. */
    static List<String> addresses(MailHeaders headers, String name) {
        return headers.all(name).stream()
                .flatMap(value -> parse(value).stream())
                .filter(Entry::isValid)
                .map(Entry::address)
                .toList();
    }

    static boolean isValid(String address) {
        int at = address.lastIndexOf('@');
        return at > 0
                && at < address.length() - 1
                && address.chars().noneMatch(c -> c <= ' ' || c == '<' || c == '>' || c == ',' || c == ';')
                && address.indexOf('@') == at
                && !address.endsWith(".");
    }

    /** The form under which two spellings of a mailbox are the same here: all lower case. */
    static String key(String address) {
        return address.trim().toLowerCase(Locale.ROOT);
    }

    static String domain(String address) {
        return key(address.substring(address.lastIndexOf('@') + 1));
    }

    static String localPart(String address) {
        int at = address.lastIndexOf('@');
        return key(at < 0 ? address : address.substring(0, at));
    }

    /** Splits at commas and, for groups, at colons and semicolons, outside quotes, comments and angle brackets. */
    private static List<String> split(String text) {
        List<String> items = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        boolean quoted = false;
        boolean angle = false;
        int comment = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                current.append(c);
                if (c == '\\' && i + 1 < text.length()) {
                    current.append(text.charAt(++i));
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (comment > 0) {
                comment += c == '(' ? 1 : c == ')' ? -1 : 0;
            } else if (c == '(') {
                comment++;
            } else if (c == '"') {
                quoted = true;
                current.append(c);
            } else if (c == ',' && !angle || c == ';' && !angle) {
                items.add(current.toString());
                current.setLength(0);
            } else if (c == ':' && !angle) {
                current.setLength(0);
            } else {
                angle = c == '<' || angle && c != '>';
                current.append(c);
            }
        }
        items.add(current.toString());
        return items;
    }
}
