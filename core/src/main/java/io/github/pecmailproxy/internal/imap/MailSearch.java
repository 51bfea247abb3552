package io.github.pecmailproxy.internal.imap;

import java.time.LocalDate;
import java.util.Objects;

/**
 * Which mails to look for in a folder.
 *
 * @since 0.1.0
 */
public sealed interface MailSearch {
    /**
     * Mails from a UID on.
     *
     * @param uid the lowest UID, at least 1
     * @since 0.1.0
     */
    record FromUid(long uid) implements MailSearch {}

    /**
     * Mails that arrived on a day or later, as the server counts days (RFC 3501: {@code SINCE} disregards time and zone).
     *
     * @param day the first day
     * @since 0.1.0
     */
    record Since(LocalDate day) implements MailSearch {
        /** Checks that nothing is null. */
        public Since {
            Objects.requireNonNull(day, "day");
        }
    }

    /**
     * Those of some mails that are still there.
     *
     * @param uids their UIDs, ascending, at least one
     * @since 0.1.0
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Among(long[] uids) implements MailSearch {}

    /**
     * Mails that contain a text in a header field.
     *
     * @param field the field's name
     * @param text the text, ASCII without control characters; compared without regard to case, and as a part
     * @since 0.1.0
     */
    record HeaderContains(String field, String text) implements MailSearch {
        /** Checks both. */
        public HeaderContains {
            plain("field", field);
            plain("text", text);
        }

        private static void plain(String what, String value) {
            if (value.isEmpty() || !value.chars().allMatch(character -> character >= ' ' && character < 0x7F)) {
                throw new IllegalArgumentException(what + " is not printable ASCII");
            }
        }
    }
}
