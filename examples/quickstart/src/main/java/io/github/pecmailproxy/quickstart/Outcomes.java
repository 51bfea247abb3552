package io.github.pecmailproxy.quickstart;

import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a recipient, in a few words. */
final class Outcomes {
    private Outcomes() {}

    static String of(RecipientStatus recipient) {
        @Nullable String reason = recipient.reason();
        return switch (recipient.state()) {
            case PENDING -> recipient.overdueAt() == null ? "waiting" : "no answer";
            case ACCEPTED -> recipient.overdueAt() == null ? "accepted" : "no answer";
            case SENT -> "sent";
            case DELAYED -> "delayed";
            case DELIVERED -> "delivered";
            case EXTERNAL -> "accepted (not PEC)";
            case FAILED -> reason == null ? "failed" : reason.replace('_', ' ');
            case CONFLICT -> "contradiction";
        };
    }

    static List<String> of(TrackedMessage message) {
        return message.recipients().stream().map(Outcomes::of).toList();
    }

    /** Tells whether nothing further will come, or its absence was noticed. */
    static boolean isSettled(TrackedMessage message) {
        return message.isFinished()
                || message.state().wasSent()
                        && message.recipients().stream()
                                .allMatch(recipient -> !recipient.state().isOpen() || recipient.overdueAt() != null);
    }
}
