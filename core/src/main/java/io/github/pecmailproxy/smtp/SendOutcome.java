package io.github.pecmailproxy.smtp;

import java.util.List;

/**
 * How a transmission ended. Immutable.
 *
 * @since 0.1.0
 */
public sealed interface SendOutcome {
    /**
     * The server took the message over for all recipients but those refused.
     *
     * @param reply its answer to the final dot
     * @param refused the recipients it had refused before; never all of them; always empty for a PEC account, whose message is
     *     not sent at all when one recipient is refused
     * @since 0.1.0
     */
    record Accepted(SmtpReply reply, List<RefusedRecipient> refused) implements SendOutcome {
        /** Copies the list. */
        public Accepted {
            refused = List.copyOf(refused);
        }
    }

    /**
     * The server refused the message: it has nothing of it.
     *
     * <p>Before {@link SmtpPhase#MAIL} it cannot have meant the message, whatever the code: it did not want the connection. Such a
     * refusal delays the account's messages and ends none of them.
     *
     * @param phase to what it said no
     * @param reply its answer; where several recipients were refused, the one that decides: a transient one if there is one
     * @param refused the recipients it refused, empty when it refused something else; for a PEC account possibly only some of them,
     *     and with a reply 421 only those it came to
     * @since 0.1.0
     */
    record Refused(SmtpPhase phase, SmtpReply reply, List<RefusedRecipient> refused) implements SendOutcome {
        /** Copies the list. */
        public Refused {
            refused = List.copyOf(refused);
        }
    }

    /**
     * The message was not handed over, for a reason that is not the server's word on it: no connection, no TLS, no login offered, a
     * time-out or a lost connection before the final dot, or stored content that cannot be read or is not what was stored.
     *
     * @param phase how far it came
     * @param detail what happened, in English, without secrets
     * @since 0.1.0
     */
    record NotSent(SmtpPhase phase, String detail) implements SendOutcome {}

    /**
     * The account itself is at fault: the login was refused, or it may not send as this sender. Trying again would only get it
     * locked (facts 1.4). Nothing was handed over.
     *
     * @param phase {@link SmtpPhase#AUTH}, or the phase in which the sender was refused: servers judge it at any command up to the
     *     final dot
     * @param reply the server's answer
     * @since 0.1.0
     */
    record AccountRefused(SmtpPhase phase, SmtpReply reply) implements SendOutcome {}

    /**
     * Nobody knows whether the server has the message: the final dot may have reached it and no answer came back.
     *
     * @param detail what happened, in English, without secrets
     * @since 0.1.0
     */
    record Unknown(String detail) implements SendOutcome {}
}
