package io.github.pecmailproxy.evidence;

/** Text from mails, made fit for a line of a document that people trust. */
final class SingleLine {
    private static final int LONGEST = 500;

    private SingleLine() {}

    /**
     * Replaces what could write lines of its own, hide text or turn its direction, and cuts what is too long: whoever sends a mail must
     * not write the document.
     */
    static String of(String text) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), LONGEST) + 1);
        text.codePoints().limit(LONGEST).forEach(point -> line.appendCodePoint(isPlain(point) ? point : '\ufffd'));
        if (text.codePointCount(0, text.length()) > LONGEST) {
            line.append('…');
        }
        return line.toString();
    }

    private static boolean isPlain(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
