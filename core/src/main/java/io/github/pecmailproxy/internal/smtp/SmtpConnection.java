package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.smtp.RefusedRecipient;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpPhase;
import io.github.pecmailproxy.smtp.SmtpReply;
import io.github.pecmailproxy.smtp.Transmission;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that is logged in, and the mail transactions on it (RFC 5321 section 3.3). Used by one thread at a time; only its guard
 * may be closed by another.
 *
 * <p>The final dot ends a transaction, whatever the answer (RFC 5321 section 4.1.1.4), so there is no {@code RSET} after it: it would
 * cost each message a turn of the line. A transaction that was given up before is reset at once.
 */
final class SmtpConnection {
    /** So many recipients in one go: few enough that no reply waits for us while we wait for the server (RFC 2920 section 3.1). */
    private static final int RECIPIENTS_AT_ONCE = 50;

    private static final int FIRST_REFUSAL = 400;
    private static final int FIRST_OTHER = 300;
    private static final int GO_AHEAD = 354;
    private static final int CLOSING = 421;

    private static final Logger LOG = LoggerFactory.getLogger(SmtpConnection.class);

    private final Socket socket;
    private final SocketGuard guard;
    private final SmtpTimeouts timeouts;
    private final Capabilities capabilities;
    private final ContentWriter out;
    private final Replies in;
    private boolean reusable = true;
    private boolean unfinished;
    private int transactions;
    private Instant idleSince = Instant.EPOCH;

    SmtpConnection(Socket socket, SocketGuard guard, SmtpTimeouts timeouts, Capabilities capabilities)
            throws IOException {
        this.socket = socket;
        this.guard = guard;
        this.timeouts = timeouts;
        this.capabilities = capabilities;
        out = new ContentWriter(socket.getOutputStream(), guard, timeouts.write());
        in = new Replies(socket.getInputStream());
    }

    /** Says that the connection had ended before the server knew of the message: another one may be tried at once. */
    static final class StaleException extends Exception {
        private static final long serialVersionUID = 1L;

        StaleException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Transmits one message.
     *
     * @throws StaleException if the server did not even take the sender, because the connection had ended before
     */
    SendOutcome send(Transmission transmission) throws StaleException {
        InputStream content;
        try {
            content = transmission.content().open();
        } catch (IOException | RuntimeException failed) {
            return new SendOutcome.NotSent(
                    SmtpPhase.MAIL, "the stored message cannot be opened: " + failed.getMessage());
        }
        try {
            Transaction transaction = new Transaction(transmission);
            transactions++;
            return transaction.run(content);
        } finally {
            close(content);
        }
    }

    /** How many transactions were begun. */
    int transactions() {
        return transactions;
    }

    /** Tells whether another message may be sent on it. */
    boolean isReusable() {
        return reusable;
    }

    Instant idleSince() {
        return idleSince;
    }

    void idleFrom(Instant time) {
        idleSince = time;
    }

    SocketGuard guard() {
        return guard;
    }

    /** Asks the server whether it is still there. */
    boolean isAlive() {
        try {
            if (in.hasUnread()) {
                return false;
            }
            return command("RSET").code() / 100 == 2;
        } catch (IOException gone) {
            return false;
        } finally {
            guard.rest();
        }
    }

    /** Says goodbye, without waiting for the answer, and closes. */
    void quit() {
        try {
            if (reusable) {
                out.command("QUIT");
                out.flush();
            }
            // Closing TLS tells the server that nothing was cut off; the guard then closes what is below.
            guard.allow(timeouts.write());
            socket.close();
        } catch (IOException gone) {
            reusable = false;
        } finally {
            guard.rest();
            guard.close();
        }
    }

    /** Ends a transaction that was given up before its final dot, so that the next one finds the server ready. */
    private void reset() {
        if (!reusable || !unfinished) {
            return;
        }
        try {
            reusable = command("RSET").code() / 100 == 2;
        } catch (IOException gone) {
            reusable = false;
        }
    }

    private SmtpReply command(String line) throws IOException {
        out.command(line);
        out.flush();
        return reply();
    }

    private SmtpReply reply() throws IOException {
        guard.allow(timeouts.read());
        SmtpReply reply = in.read();
        if (reply.code() == CLOSING) {
            reusable = false;
        }
        return reply;
    }

    /** One message on its way. */
    private final class Transaction {
        private final Transmission transmission;
        private final List<RefusedRecipient> refused = new ArrayList<>();
        private final boolean first = transactions == 0;
        private SmtpPhase phase = SmtpPhase.MAIL;
        private boolean answered;
        private boolean goodbye;
        private @Nullable SmtpReply senderRefusal;
        private @Nullable SmtpReply goAhead;

        Transaction(Transmission transmission) {
            this.transmission = transmission;
        }

        SendOutcome run(InputStream content) throws StaleException {
            SendOutcome reached;
            try {
                reached = transact(content);
            } catch (ContentWriter.ContentException unsendable) {
                // Never the final dot: without it the server throws away what it has (RFC 5321 section 4.1.1.4).
                abandon();
                reached = new SendOutcome.NotSent(phase, String.valueOf(unsendable.getMessage()));
            } catch (IOException broken) {
                reached = broken(broken);
            } catch (RuntimeException | Error defect) {
                abandon();
                if (phase != SmtpPhase.FINAL_DOT) {
                    throw defect;
                }
                reached = new SendOutcome.Unknown("the answer could not be handled: " + defect);
            }
            reset();
            guard.rest();
            return reached;
        }

        private SendOutcome transact(InputStream content)
                throws IOException, StaleException, ContentWriter.ContentException {
            if (!first && in.hasUnread()) {
                abandon();
                throw new StaleException("the server has said goodbye");
            }
            SendOutcome refusal = address();
            if (refusal != null) {
                return refusal;
            }
            phase = SmtpPhase.DATA;
            SmtpReply ready = goAhead == null ? command("DATA") : goAhead;
            if (ready.code() != GO_AHEAD) {
                return refusal(ready);
            }
            phase = SmtpPhase.CONTENT;
            out.content(transmission.content(), content);
            out.makeRoom();
            // From here on the dot is in the buffer, and whatever goes wrong may go wrong after the server has it.
            phase = SmtpPhase.FINAL_DOT;
            out.finalDot();
            return end();
        }

        /** Sends sender and recipients; null when the content may follow. */
        private @Nullable SendOutcome address() throws IOException, StaleException {
            List<String> recipients = transmission.recipients();
            boolean pipelined = capabilities.pipelining();
            // With several recipients of certified mail all must have been accepted before DATA is said.
            boolean dataAtOnce = pipelined && (!transmission.account().pec() || recipients.size() == 1);
            int group = pipelined ? RECIPIENTS_AT_ONCE : 1;
            unfinished = true;
            out.command(mail());
            if (!pipelined) {
                senderRefusal = sender();
            }
            for (int start = 0; start < recipients.size() && senderRefusal == null; start += group) {
                List<String> now = recipients.subList(start, Math.min(recipients.size(), start + group));
                boolean last = start + group >= recipients.size();
                for (String recipient : now) {
                    out.command("RCPT TO:<" + recipient + ">");
                }
                if (last && dataAtOnce) {
                    out.command("DATA");
                }
                if (pipelined && start == 0) {
                    senderRefusal = sender();
                } else {
                    out.flush();
                }
                if (reusable) {
                    phase = senderRefusal == null ? SmtpPhase.RCPT : phase;
                    recipients(now, senderRefusal == null);
                }
                if (last && dataAtOnce && reusable) {
                    phase = senderRefusal == null ? SmtpPhase.DATA : phase;
                    goAhead = reply();
                }
            }
            SendOutcome refusal = knownRefusal();
            if (refusal != null && goAhead != null && goAhead.code() == GO_AHEAD) {
                // The server waits for content that will not come.
                abandon();
            }
            return refusal;
        }

        private String mail() {
            StringBuilder command = new StringBuilder("MAIL FROM:<")
                    .append(transmission.envelopeFrom())
                    .append('>');
            if (capabilities.eightBit()) {
                command.append(" BODY=8BITMIME");
            }
            if (capabilities.size()) {
                command.append(" SIZE=").append(transmission.content().size());
            }
            return command.toString();
        }

        /** Sends what waits and reads the answer to {@code MAIL}; null when it is yes. */
        private @Nullable SmtpReply sender() throws IOException, StaleException {
            out.flush();
            SmtpReply reply = reply();
            if (reply.code() == CLOSING && !first) {
                abandon();
                throw new StaleException("the server closes the connection");
            }
            answered = true;
            return accepted(reply) ? null : reply;
        }

        private void recipients(List<String> addresses, boolean meant) throws IOException {
            for (String address : addresses) {
                SmtpReply reply = reply();
                if (meant && !accepted(reply)) {
                    requireRefusal(reply);
                    refused.add(new RefusedRecipient(address, reply));
                }
                if (!reusable) {
                    goodbye = true;
                    return;
                }
            }
        }

        /** What follows from the answers so far, if it is a refusal whatever the other answers are. */
        private @Nullable SendOutcome knownRefusal() throws ProtocolException {
            return senderRefusal != null ? refusal(senderRefusal) : recipientRefusal();
        }

        private @Nullable SendOutcome recipientRefusal() {
            for (RefusedRecipient recipient : refused) {
                if (AccountFault.isMeantBy(SmtpPhase.RCPT, recipient.reply())) {
                    return new SendOutcome.AccountRefused(SmtpPhase.RCPT, recipient.reply());
                }
            }
            boolean none = refused.size() == transmission.recipients().size();
            if (refused.isEmpty()
                    || (!none && !goodbye && !transmission.account().pec())) {
                return null;
            }
            SmtpReply deciding = refused.stream()
                    .map(RefusedRecipient::reply)
                    .filter(SmtpReply::isTransient)
                    .findFirst()
                    .orElse(refused.get(0).reply());
            return new SendOutcome.Refused(SmtpPhase.RCPT, deciding, refused);
        }

        private SendOutcome end() throws IOException {
            try {
                out.flush();
            } catch (IOException notTaken) {
                // The server may have closed its side after a reply that says why: it decides, if it is there.
                return finalReply(notTaken);
            }
            return finalReply(null);
        }

        private SendOutcome finalReply(@Nullable IOException before) throws IOException {
            guard.allow(timeouts.finalReply());
            socket.setSoTimeout(millis(timeouts.finalReply().toMillis()));
            SmtpReply reply;
            try {
                reply = readEither(before);
            } finally {
                if (!socket.isClosed()) {
                    socket.setSoTimeout(millis(timeouts.read().toMillis()));
                }
            }
            if (reply.code() == CLOSING) {
                reusable = false;
            }
            if (accepted(reply)) {
                unfinished = false;
                return new SendOutcome.Accepted(reply, refused);
            }
            unfinished = false;
            return refusal(reply);
        }

        private SmtpReply readEither(@Nullable IOException before) throws IOException {
            try {
                return in.read();
            } catch (IOException failed) {
                throw before == null ? failed : before;
            }
        }

        private SendOutcome refusal(SmtpReply reply) throws ProtocolException {
            requireRefusal(reply);
            return AccountFault.isMeantBy(phase, reply)
                    ? new SendOutcome.AccountRefused(phase, reply)
                    : new SendOutcome.Refused(phase, reply, List.of());
        }

        private SendOutcome broken(IOException broken) throws StaleException {
            String detail = Trouble.describe(broken, guard);
            boolean stale = !first && !answered && !Trouble.isTimeout(broken, guard);
            abandon();
            SendOutcome known = goAhead == null ? whatIsKnown() : null;
            if (known != null) {
                return known;
            }
            if (stale) {
                throw new StaleException(detail);
            }
            return phase == SmtpPhase.FINAL_DOT
                    ? new SendOutcome.Unknown(detail)
                    : new SendOutcome.NotSent(phase, detail);
        }

        private @Nullable SendOutcome whatIsKnown() {
            try {
                return knownRefusal();
            } catch (ProtocolException senseless) {
                return null;
            }
        }

        private void abandon() {
            reusable = false;
            guard.rest();
            guard.close();
        }
    }

    private static void requireRefusal(SmtpReply reply) throws ProtocolException {
        if (reply.code() < FIRST_REFUSAL) {
            throw new ProtocolException("the server's answer makes no sense here: " + reply.text());
        }
    }

    private static void close(InputStream content) {
        try {
            content.close();
        } catch (IOException | RuntimeException failed) {
            LOG.debug("A stored message that was read cannot be closed", failed);
        }
    }

    private static boolean accepted(SmtpReply reply) {
        return reply.code() < FIRST_OTHER;
    }

    private static int millis(long value) {
        return (int) Math.max(1, value);
    }
}
