package io.github.pecmailproxy.account;

import io.github.pecmailproxy.message.FieldCheck;
import io.github.pecmailproxy.message.InvalidValueException;
import java.util.regex.Pattern;

/**
 * What is done in the mailbox with a mail that was handled: a receipt or bounce that became an event of one of our messages. It is
 * done after the event is stored, never before, and made up for when the process ended in between. Every other mail is left as it
 * is, also a receipt that repeats another, that was refused, or that counts only since it was judged again more than an hour after it
 * was read.
 *
 * @since 0.1.0
 */
public sealed interface HandledMail {
    /**
     * Leaves it as it is, and the mailbox opened for looking only.
     *
     * @since 0.1.0
     */
    record Untouched() implements HandledMail {}

    /**
     * Marks it as seen ({@code \\Seen}, RFC 3501 section 2.3.2).
     *
     * @since 0.1.0
     */
    record Seen() implements HandledMail {}

    /**
     * Gives it a keyword (RFC 3501 section 2.3.2), which most mail programs do not show.
     *
     * @param keyword 1 to {@value #LONGEST_KEYWORD} ASCII letters, digits and {@code $ _ - .}, no digit or sign but {@code $} first
     * @since 0.1.0
     */
    record Keyword(String keyword) implements HandledMail {
        /** The greatest number of characters of a keyword. */
        public static final int LONGEST_KEYWORD = 100;

        private static final Pattern ATOM = Pattern.compile("[$A-Za-z][$A-Za-z0-9_.-]*");

        /** Checks the keyword. */
        public Keyword {
            if (!ATOM.matcher(FieldCheck.identifier("handled_mail", keyword, LONGEST_KEYWORD))
                    .matches()) {
                throw new InvalidValueException(
                        "handled_mail", "is no keyword: " + InvalidValueException.quote(keyword));
            }
        }
    }

    /**
     * Moves it to another folder of the same mailbox. Needs a server that moves mails in one step (MOVE, RFC 6851): one that only
     * copies and deletes could leave two of them.
     *
     * @param folder the full name of a folder that exists and is none of those that are read
     * @since 0.1.0
     */
    record MovedTo(String folder) implements HandledMail {
        private static final int LONGEST_FOLDER = 255;

        /** Checks the folder's name. */
        public MovedTo {
            FieldCheck.identifier("handled_mail", folder, LONGEST_FOLDER);
        }
    }
}
