package io.github.pecmailproxy.pec;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with one mail. Not thread-safe. */
final class Problems {
    private static final int MAX_QUOTE = 200;

    private List<Problem> problems = List.of();

    /** Adds a problem; the first of each code is told, the others say nothing new. */
    void add(ProblemCode code, String detail) {
        for (Problem problem : problems) {
            if (problem.code() == code) {
                return;
            }
        }
        if (problems.isEmpty()) {
            problems = new ArrayList<>(2);
        }
        problems.add(new Problem(code, detail));
    }

    /** Quotes a value of the mail in a detail: not longer than people read, and without what would disturb a log or terminal. */
    static String quote(String value) {
        int length = Math.min(value.length(), MAX_QUOTE);
        StringBuilder quoted = new StringBuilder(length + 5).append('"');
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            quoted.append(Character.isISOControl(c) ? '?' : c);
        }
        return quoted.append(length < value.length() ? "...\"" : "\"").toString();
    }

    List<Problem> toList() {
        return problems;
    }
}
