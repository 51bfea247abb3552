package io.github.pecmailproxy.message;

/**
 * Says which value a caller got wrong and how. Nothing was stored or changed when it is thrown.
 *
 * <p>The message never contains a secret, and quotes at most the beginning of the value.
 *
 * @since 0.1.0
 */
public class InvalidValueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_QUOTE = 80;

    private final String field;
    private final String problem;

    /**
     * Creates the exception.
     *
     * @param field the name of the field as the caller wrote it, such as {@code to[2]}
     * @param problem what is wrong with its value, in English, without a final full stop
     */
    public InvalidValueException(String field, String problem) {
        super(field + ": " + problem);
        this.field = field;
        this.problem = problem;
    }

    /**
     * Returns the name of the field.
     *
     * @return the field, never null
     */
    public String field() {
        return field;
    }

    /**
     * Returns what is wrong with the field's value.
     *
     * @return the problem, never null
     */
    public String problem() {
        return problem;
    }

    /**
     * Quotes a value for use in {@link #problem()}: shortened, with control characters made visible.
     *
     * @param value the value; not a secret
     * @return the quoted value, never null
     */
    public static String quote(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().limit(LONGEST_QUOTE).forEach(character -> {
            if (Character.isISOControl(character)) {
                quoted.append(String.format("\\u%04x", character));
            } else {
                quoted.appendCodePoint(character);
            }
        });
        return quoted.append(value.codePointCount(0, value.length()) > LONGEST_QUOTE ? "…\"" : "\"")
                .toString();
    }
}
