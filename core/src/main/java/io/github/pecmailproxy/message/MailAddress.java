package io.github.pecmailproxy.message;

import java.net.IDN;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A mail address with an optional display name. Immutable and thread-safe.
 *
 * <p>The domain is kept in its ASCII form in lower case (RFC 5891); the local part is kept as written and must be ASCII: PEC
 * providers do not offer SMTPUTF8.
 *
 * @param address the address, {@code local@domain}
 * @param name the display name, null when there is none
 * @since 0.1.0
 */
public record MailAddress(String address, @Nullable String name) {
    /** The greatest length of an address, in characters (RFC 5321 section 4.5.3.1.3, less the angle brackets). */
    public static final int LONGEST_ADDRESS = 254;

    private static final int LONGEST_LOCAL_PART = 64;
    private static final Pattern LOCAL_PART =
            Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    /** Checks the address and normalises its domain. */
    public MailAddress {
        address = normalise("address", address);
        if (name != null) {
            name = FieldCheck.singleLine("name", name).strip();
            if (name.isEmpty()) {
                name = null;
            }
        }
    }

    /**
     * Reads {@code local@domain} or {@code Display Name <local@domain>}.
     *
     * @param text the address as a person writes it
     * @return the address, never null
     * @throws InvalidValueException naming the field {@code address} if it cannot be read
     */
    public static MailAddress of(String text) {
        return of("address", text);
    }

    /**
     * Reads an address and names the given field when it is wrong.
     *
     * @param field the field's name, such as {@code to[2]}
     * @param text the address as a person writes it
     * @return the address, never null
     * @throws InvalidValueException if it cannot be read
     */
    public static MailAddress of(String field, @Nullable String text) {
        String line = FieldCheck.singleLine(field, text).strip();
        int open = line.lastIndexOf('<');
        if (open < 0) {
            return new MailAddress(normalise(field, line), null);
        }
        if (!line.endsWith(">")) {
            throw new InvalidValueException(field, "has text after the address: " + InvalidValueException.quote(line));
        }
        String name = line.substring(0, open).strip();
        if (name.length() >= 2 && name.startsWith("\"") && name.endsWith("\"")) {
            name = name.substring(1, name.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\");
        }
        return new MailAddress(normalise(field, line.substring(open + 1, line.length() - 1)), name);
    }

    /**
     * Returns the domain.
     *
     * @return the part after the {@code @}, ASCII and lower case
     */
    public String domain() {
        return address.substring(address.lastIndexOf('@') + 1);
    }

    /**
     * Tells whether another address names the same mailbox as far as that can be known from outside: without regard to case
     * (facts 6, case 32).
     *
     * @param other the other address, in any form
     * @return true if they are the same but for case
     */
    public boolean sameMailbox(String other) {
        return address.equalsIgnoreCase(other.strip());
    }

    @Override
    public String toString() {
        return name == null ? address : name + " <" + address + ">";
    }

    private static String normalise(String field, @Nullable String text) {
        String value = FieldCheck.singleLine(field, text);
        int at = value.lastIndexOf('@');
        if (at < 0) {
            throw new InvalidValueException(field, "has no @: " + InvalidValueException.quote(value));
        }
        String local = value.substring(0, at);
        if (local.length() > LONGEST_LOCAL_PART || !LOCAL_PART.matcher(local).matches()) {
            throw new InvalidValueException(
                    field, "has an invalid part before the @: " + InvalidValueException.quote(value));
        }
        String domain;
        try {
            domain = IDN.toASCII(value.substring(at + 1)).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException notADomain) {
            throw new InvalidValueException(field, "has an invalid domain: " + InvalidValueException.quote(value));
        }
        if (!DOMAIN.matcher(domain).matches()) {
            throw new InvalidValueException(field, "has an invalid domain: " + InvalidValueException.quote(value));
        }
        String normal = local + "@" + domain;
        if (normal.length() > LONGEST_ADDRESS) {
            throw new InvalidValueException(field, "is longer than " + LONGEST_ADDRESS + " characters");
        }
        return normal;
    }
}
