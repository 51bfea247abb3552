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

    /** Quotes a value of the mail in a detail, not longer than people read. */
    static String quote(String value) {
        return '"' + (value.length() <= MAX_QUOTE ? value : value.substring(0, MAX_QUOTE) + "...") + '"';
    }

    List<Problem> toList() {
        return problems;
    }
}
