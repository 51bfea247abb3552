package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpReply;
import java.util.List;
import java.util.Locale;

/** Tells a refusal of the account from a refusal of the message. */
final class AccountFault {
    /** RFC 4954 section 6: authentication required, mechanism too weak, credentials invalid, encryption required. */
    private static final List<Integer> LOGIN_CODES = List.of(530, 534, 535, 538);

    /** RFC 4954 section 6, RFC 3463 section 3.8: the same as enhanced status codes. */
    private static final List<String> LOGIN_STATUSES = List.of("5.7.8", "5.7.9", "5.7.11");

    /** What servers say when the sender's address is not one that this login may use (facts 1.4). */
    private static final List<String> SENDER_TEXTS = List.of(
            "not owned by",
            "not logged in",
            "sendasdenied",
            "permissions to send as",
            "not allowed to send as",
            "not authorized to send as",
            "not authorised to send as",
            "authentication required",
            "authentication is required");

    private AccountFault() {}

    /** Decides about the reply to anything after the login. */
    static boolean isMeantBy(SmtpPhase phase, SmtpReply reply) {
        if (reply.isTransient()) {
            return false;
        }
        String status = reply.enhancedStatus() == null ? "" : reply.enhancedStatus();
        if (LOGIN_CODES.contains(reply.code()) || LOGIN_STATUSES.contains(status)) {
            return true;
        }
        // Where only the sender is known yet, a refusal by policy (RFC 3463 section 3.8) is a refusal of the sender.
        if (phase == SmtpPhase.MAIL && status.startsWith("5.7.")) {
            return true;
        }
        String text = reply.text().toLowerCase(Locale.ROOT);
        return SENDER_TEXTS.stream().anyMatch(text::contains);
    }
}
