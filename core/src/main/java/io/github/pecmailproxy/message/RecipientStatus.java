package io.github.pecmailproxy.message;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One recipient of a tracked message and what became of it there. Immutable and thread-safe.
 *
 * @param address the address as given, domain in ASCII
 * @param role in which header it stands
 * @param state where it stands
 * @param reason why it failed or is delayed: a failure name such as {@code mailbox_full}, or {@code refused}, {@code bounce};
 *     null otherwise
 * @param detail the server's or provider's own words, null when there are none
 * @param changedAt when the state was reached, by the certified time where there is one; null while {@link
 *     RecipientState#PENDING}
 * @param overdueAt when a {@code pec_timeout} of stage delivery was raised for it, null if none was
 * @since 0.1.0
 */
public record RecipientStatus(
        String address,
        RecipientRole role,
        RecipientState state,
        @Nullable String reason,
        @Nullable String detail,
        @Nullable Instant changedAt,
        @Nullable Instant overdueAt) {

    /**
     * Creates the status of a recipient of which nothing is known yet.
     *
     * @param address the address
     * @param role in which header it stands
     * @return the status, never null
     */
    public static RecipientStatus pending(String address, RecipientRole role) {
        return new RecipientStatus(address, role, RecipientState.PENDING, null, null, null, null);
    }

    /**
     * Moves the recipient to another state.
     *
     * @param next the state
     * @param why the reason, or null
     * @param words the server's or provider's own words, or null
     * @param when the time of the change
     * @return the new status, never null
     */
    public RecipientStatus become(RecipientState next, @Nullable String why, @Nullable String words, Instant when) {
        return new RecipientStatus(address, role, next, why, words, when, overdueAt);
    }

    /**
     * Notes that the outcome is overdue.
     *
     * @param when the time of the alarm
     * @return the new status, never null
     */
    public RecipientStatus overdue(Instant when) {
        return new RecipientStatus(address, role, state, reason, detail, changedAt, when);
    }
}
