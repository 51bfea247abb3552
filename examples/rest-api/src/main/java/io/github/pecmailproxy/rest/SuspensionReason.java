package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.store.Suspension;

/** Why something is held back, and by whom: what the administrator holds back, no tenant may let go. The reason says so itself. */
final class SuspensionReason {
    private static final String BY_ADMINISTRATOR = "by the administrator: ";

    private SuspensionReason() {}

    /** Makes the reason to keep. */
    static String of(Caller caller, String reason) {
        if (caller.isAdministrator()) {
            return BY_ADMINISTRATOR + reason;
        }
        if (reason.startsWith(BY_ADMINISTRATOR)) {
            throw new InvalidValueException("reason", "begins like one of the administrator's");
        }
        return reason;
    }

    static boolean isAdministrators(Suspension suspension) {
        return suspension.reason().startsWith(BY_ADMINISTRATOR);
    }

    /** Returns the reason as it was given. */
    static String given(Suspension suspension) {
        return isAdministrators(suspension)
                ? suspension.reason().substring(BY_ADMINISTRATOR.length())
                : suspension.reason();
    }
}
