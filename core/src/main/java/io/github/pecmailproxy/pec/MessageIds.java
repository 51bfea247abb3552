package io.github.pecmailproxy.pec;

import java.util.Optional;

/** Brings message ids into one form, so that they can be compared (facts 6.18). */
final class MessageIds {
    private MessageIds() {}

    /**
     * Returns an id with exactly one pair of angle brackets and without the comments and blanks that folding and sloppy
     * writers add; the case is kept.
     *
     * @param value the id as found in a header or a certification
     * @return the id, or empty when there is none
     */
    static Optional<String> normalise(String value) {
        String bare = bare(value);
        return bare.isEmpty() ? Optional.empty() : Optional.of("<" + bare + ">");
    }

    /** Returns an id without angle brackets, comments and blanks; empty when there is none. */
    static String bare(String value) {
        int start = 0;
        int end = value.length();
        int open = value.indexOf('<');
        if (open >= 0) {
            start = open + 1;
            int close = value.indexOf('>', start);
            end = close < 0 ? end : close;
        } else {
            // Without brackets a comment can only follow a blank: parentheses alone may belong to a sloppy id.
            int comment = value.indexOf(" (");
            end = comment < 0 ? end : comment;
        }
        StringBuilder squeezed = null;
        for (int i = start; i < end; i++) {
            char c = value.charAt(i);
            if (c <= ' ') {
                if (squeezed == null) {
                    squeezed = new StringBuilder(end - start).append(value, start, i);
                }
            } else if (squeezed != null) {
                squeezed.append(c);
            }
        }
        return squeezed == null ? value.substring(start, end) : squeezed.toString();
    }
}
