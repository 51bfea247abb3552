package io.github.pecmailproxy.internal.compose;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MailAddress;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.RecipientRole;
import io.github.pecmailproxy.message.RecipientStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who sends to whom: each mailbox once, where it was named first, so that nobody gets a message twice and headers and envelope agree.
 * Immutable.
 *
 * @param from the reverse path
 * @param to the addresses for {@code To}
 * @param cc the addresses for {@code Cc}
 * @param recipients the forward paths with their roles, in the order of the headers
 */
record Envelope(String from, List<MailAddress> to, List<MailAddress> cc, List<RecipientStatus> recipients) {
    /**
     * Addresses a message and checks what a PEC provider would refuse about it (RFC 6109 section 3.1.1, facts 1.4).
     *
     * @param messageId what an account's pattern of reverse paths is filled in from
     * @throws InvalidValueException naming the field at fault
     */
    static Envelope of(OutgoingMessage message, MailAccount account, String messageId) {
        if (account.pec()) {
            check(message, account);
        }
        Set<String> seen = new HashSet<>();
        List<RecipientStatus> recipients = new ArrayList<>();
        List<MailAddress> to = collect(message.to(), RecipientRole.TO, seen, recipients);
        List<MailAddress> cc = collect(message.cc(), RecipientRole.CC, seen, recipients);
        collect(message.bcc(), RecipientRole.BCC, seen, recipients);
        return new Envelope(from(message, account, messageId), to, cc, List.copyOf(recipients));
    }

    /** Returns the domain of a message's {@code Message-ID}: the author's, or that of the reverse path which names the message. */
    static String idDomain(OutgoingMessage message, MailAccount account) {
        String pattern = pattern(message, account);
        return pattern == null ? message.from().domain() : pattern.substring(pattern.lastIndexOf('@') + 1);
    }

    private static String from(OutgoingMessage message, MailAccount account, String messageId) {
        if (account.pec()) {
            return message.from().address();
        }
        String pattern = pattern(message, account);
        return pattern == null
                ? message.returnPath().orElse(message.from()).address()
                : ProxyMessageIds.returnPath(pattern, messageId);
    }

    /** Returns the pattern that the reverse path is made from; null when the message has its own, or the account has none. */
    private static @Nullable String pattern(OutgoingMessage message, MailAccount account) {
        return message.returnPath().isPresent() ? null : account.returnPath();
    }

    private static void check(OutgoingMessage message, MailAccount account) {
        if (!message.bcc().isEmpty()) {
            throw new InvalidValueException("bcc", "is not possible with certified mail (RFC 6109 section 3.1.1)");
        }
        if (message.to().isEmpty()) {
            throw new InvalidValueException(
                    "to",
                    "names no recipient: with certified mail, copies alone are not enough (RFC 6109 section 3.1.1)");
        }
        MailAddress from = message.from();
        if (!from.sameMailbox(account.address().address())) {
            throw new InvalidValueException(
                    "from",
                    "is " + InvalidValueException.quote(from.address())
                            + ", a PEC account sends from its own mailbox only: "
                            + account.address().address());
        }
        if (message.returnPath().isPresent()
                && !from.sameMailbox(message.returnPath().get().address())) {
            throw new InvalidValueException(
                    "return_path",
                    "differs from the sender, which certified mail does not allow (RFC 6109 section 3.1.1)");
        }
        checkSender(message);
    }

    /** Whoever is named as sending in the author's place would be nobody the provider knows; host-built MIME is held to the same. */
    private static void checkSender(OutgoingMessage message) {
        message.headers().forEach((name, value) -> {
            String field = "headers." + name;
            if (name.equalsIgnoreCase("Sender")
                    && !message.from().sameMailbox(MailAddress.of(field, value).address())) {
                throw new InvalidValueException(field, "differs from the sender, which certified mail does not allow");
            }
        });
    }

    private static List<MailAddress> collect(
            List<MailAddress> addresses, RecipientRole role, Set<String> seen, List<RecipientStatus> recipients) {
        List<MailAddress> kept = new ArrayList<>();
        for (MailAddress address : addresses) {
            if (seen.add(address.address().toLowerCase(Locale.ROOT))) {
                kept.add(address);
                recipients.add(RecipientStatus.pending(address.address(), role));
            }
        }
        return List.copyOf(kept);
    }
}
