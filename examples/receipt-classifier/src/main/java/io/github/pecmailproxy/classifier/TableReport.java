package io.github.pecmailproxy.classifier;

import io.github.pecmailproxy.pec.MailKind;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Prints a table for people, and how many mails of each kind there were. */
final class TableReport implements MailReport {
    private static final List<String> TITLES =
            List.of("KIND", "RECEIPT", "RECIPIENT", "CERTIFIED", "VERDICT", "PROOF", "FILE", "REMARKS");
    private static final List<Integer> WIDEST = List.of(18, 25, 40, 20, 11, 5, 60, Integer.MAX_VALUE);

    private final PrintStream out;
    private final List<List<String>> rows = new ArrayList<>();
    private final Map<MailKind, Integer> kinds = new EnumMap<>(MailKind.class);
    private int proofs;

    TableReport(PrintStream out) {
        this.out = out;
    }

    @Override
    public void add(ClassifiedMail mail) {
        Map<String, @Nullable Object> fields = MailFields.of(mail);
        boolean proof = Boolean.TRUE.equals(fields.get("proof"));
        kinds.merge(mail.mail().kind(), 1, Integer::sum);
        proofs += proof ? 1 : 0;
        rows.add(List.of(
                text(fields.get("kind")),
                text(fields.get("receipt_type")),
                text(fields.get("recipient")),
                fields.get("timestamp") instanceof Long seconds
                        ? Instant.ofEpochSecond(seconds).toString()
                        : "",
                text(fields.get("verdict")),
                proof ? "yes" : "",
                text(fields.get("file")),
                remarks(fields)));
    }

    private static String remarks(Map<String, @Nullable Object> fields) {
        List<String> remarks = new ArrayList<>();
        for (String name : List.of("failure", "error_code")) {
            if (fields.get(name) instanceof String value) {
                remarks.add(value);
            }
        }
        if (fields.get("problems") instanceof List<?> problems) {
            problems.forEach(problem -> remarks.add(String.valueOf(problem)));
        }
        return text(String.join(", ", remarks));
    }

    /** A mail must not be able to talk to the terminal: what is no visible character becomes a question mark. */
    static String text(@Nullable Object value) {
        String text = Objects.toString(value, "");
        StringBuilder visible = new StringBuilder(text.length());
        text.codePoints().forEach(c -> visible.appendCodePoint(isVisible(c) ? c : '?'));
        return visible.toString();
    }

    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    @Override
    public void finish() {
        int[] widths = new int[TITLES.size()];
        for (int column = 0; column < widths.length; column++) {
            int widest = TITLES.get(column).length();
            for (List<String> row : rows) {
                widest = Math.max(widest, row.get(column).length());
            }
            widths[column] = Math.min(widest, WIDEST.get(column));
        }
        if (!rows.isEmpty()) {
            print(TITLES, widths);
            rows.forEach(row -> print(row, widths));
            out.println();
        }
        kinds.forEach((kind, count) -> out.println(kind.wireName() + ": " + count));
        out.println("total: " + rows.size() + ", proofs: " + proofs);
    }

    private void print(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String shown = cell.length() > widths[column] ? shorten(cell, widths[column], column) : cell;
            line.append(shown)
                    .append(" ".repeat(widths[column] - shown.length()))
                    .append("  ");
        }
        out.println(line.toString().stripTrailing());
    }

    /** Of a file the end says more, of everything else the beginning. */
    private static String shorten(String cell, int width, int column) {
        return TITLES.get(column).equals("FILE")
                ? "..." + cell.substring(cell.length() - width + 3)
                : cell.substring(0, width - 3) + "...";
    }
}
