package io.github.pecmailproxy.pec;

import java.util.Optional;

/** Reads the one address of a header such as {@code From} (RFC 5322 section 3.4), leniently but never guessing. */
final class AddressHeader {
    private AddressHeader() {}

    /** Returns the bare address, or empty when there is none or more than one. */
    static Optional<String> bare(String value) {
        StringBuilder outside = new StringBuilder();
        StringBuilder inside = new StringBuilder();
        boolean quoted = false;
        boolean angle = false;
        boolean anyAngle = false;
        int comments = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            StringBuilder text = angle ? inside : outside;
            if (c == '\\' && i + 1 < value.length()) {
                i++;
                if (comments == 0) {
                    text.append(c).append(value.charAt(i));
                }
            } else if (comments > 0) {
                comments += c == '(' ? 1 : c == ')' ? -1 : 0;
            } else if (c == '"') {
                quoted = !quoted;
                text.append(c);
            } else if (quoted) {
                text.append(c);
            } else if (c == '(') {
                comments++;
            } else if (c == '<') {
                if (anyAngle) {
                    return Optional.empty();
                }
                angle = true;
                anyAngle = true;
            } else if (c == '>') {
                angle = false;
            } else if (c == ',' || c == ';') {
                return Optional.empty();
            } else {
                text.append(c);
            }
        }
        String address = (anyAngle ? inside : outside).toString().trim();
        boolean readable = !quoted && !angle && comments == 0 && !address.isEmpty() && address.indexOf(' ') < 0;
        return readable ? Optional.of(address) : Optional.empty();
    }
}
