package io.github.pecmailproxy.message;

import org.jspecify.annotations.Nullable;

/**
 * Checks one field's value and names the field when it is wrong. Stateless and thread-safe.
 *
 * @since 0.1.0
 */
public final class FieldCheck {
    private FieldCheck() {}

    /**
     * Requires a value.
     *
     * @param field the field's name
     * @param value its value
     * @param <T> the value's type
     * @return the value
     * @throws InvalidValueException if the value is null
     */
    public static <T> T required(String field, @Nullable T value) {
        if (value == null) {
            throw new InvalidValueException(field, "is missing");
        }
        return value;
    }

    /**
     * Requires an identifier: 1 to {@code longest} characters, no control character, no blank at either end.
     *
     * @param field the field's name
     * @param value its value
     * @param longest the greatest number of characters
     * @return the value
     * @throws InvalidValueException if the value is anything else
     */
    public static String identifier(String field, @Nullable String value, int longest) {
        String present = singleLine(field, value);
        if (present.isEmpty()) {
            throw new InvalidValueException(field, "is empty");
        }
        if (present.length() > longest) {
            throw new InvalidValueException(
                    field, "is " + present.length() + " characters long, the limit is " + longest);
        }
        if (!present.equals(present.strip())) {
            throw new InvalidValueException(
                    field, "begins or ends with white space: " + InvalidValueException.quote(present));
        }
        return present;
    }

    /**
     * Requires text without line breaks or other control characters, as every header value is (RFC 5322 section 2.2).
     *
     * @param field the field's name
     * @param value its value, which may be empty
     * @return the value
     * @throws InvalidValueException if the value is null or contains a control character
     */
    public static String singleLine(String field, @Nullable String value) {
        String present = required(field, value);
        for (int i = 0; i < present.length(); i++) {
            if (Character.isISOControl(present.charAt(i))) {
                throw new InvalidValueException(
                        field,
                        "contains a control character at position " + i + ": " + InvalidValueException.quote(present));
            }
        }
        return present;
    }

    /**
     * Requires a number within bounds.
     *
     * @param field the field's name
     * @param value its value
     * @param least the smallest allowed
     * @param greatest the greatest allowed
     * @return the value
     * @throws InvalidValueException if the value is outside
     */
    public static int between(String field, int value, int least, int greatest) {
        if (value < least || value > greatest) {
            throw new InvalidValueException(field, "is " + value + ", allowed is " + least + " to " + greatest);
        }
        return value;
    }
}
